import { auditCode, auditPlace, type ParsedModel } from './parse-models.ts';
import type { Compilation } from './compilation.ts';
import { isPlanless } from './query-error.ts';
import { declareShadows } from './shadow-tables.ts';
import { toDiagnostic } from './sql-errors.ts';

/** Binds the audits of models that are known, for their errors alone. */
export async function bindAudits(c: Compilation, models: readonly ParsedModel[]): Promise<void> {
  const all = models
    .filter((m) => c.known.has(m.definition.name))
    .flatMap((m) => m.audits.map((a) => ({ model: m.definition, audit: a })));
  if (all.length === 0) return;
  await declareShadows(
    c,
    all.flatMap(({ model, audit }) => [model.name, ...audit.dependencies]),
  );
  const audits = all.filter(({ model, audit }) => {
    if (!c.known.has(model.name)) return false;
    if (audit.dependencies.every((d) => c.known.has(d))) return true;
    // An audit that reads a broken model waits. Whether it is broken, only the careful pass tells.
    c.faulty.add(model.name);
    if (!c.isCareful) c.doubted.add(model.name);
    return false;
  });
  const results = await c.input.binder.check(audits.map((a) => a.audit.sql.sql));
  const wrong = audits.flatMap(({ model, audit }, i) => {
    const error = results[i];
    return error === undefined || isPlanless(error) ? [] : [{ model, audit, error }];
  });
  for (const { model, audit, error } of wrong) {
    c.faulty.add(model.name);
    if (!c.isCareful) {
      c.doubted.add(model.name);
      continue;
    }
    const found = { ...toDiagnostic(error, auditPlace(audit)), ...auditCode(audit.audit) };
    c.diagnostics.push({
      ...found,
      message: `audit ${audit.audit.name} of ${model.name}: ${found.message}`,
    });
  }
}
