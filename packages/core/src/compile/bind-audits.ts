import { aloneSql } from '../audit/index.ts';
import type { Note } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import { auditShape } from './audit-shape.ts';
import { digestOf } from './cache-key.ts';
import { checkDivertedColumns } from './check-diverting.ts';
import type { Compilation } from './compilation.ts';
import type { BindError } from './binder.ts';
import type { Column } from './compiled.ts';
import { isColumns } from './name-columns.ts';
import { auditCode, auditPlace, type ParsedAudit, type ParsedModel } from './parse-models.ts';
import { isPlanless } from './query-error.ts';
import { declareShadows } from './shadow-tables.ts';
import { toDiagnostic } from './sql-errors.ts';

interface Asked {
  readonly model: ModelDefinition;
  readonly audit: ParsedAudit;
  readonly shape: string | undefined;
}

/** Binds the audits of models that are known, for their errors alone. */
export async function bindAudits(c: Compilation, models: readonly ParsedModel[]): Promise<void> {
  const asked = models.flatMap((m): readonly Asked[] => {
    const columns = c.known.get(m.definition.name)?.node.columns;
    if (columns === undefined) return [];
    return m.audits.map((audit) => ({
      model: m.definition,
      audit,
      shape: shapeOf(audit, m.definition.name, columns),
    }));
  });
  // One of each shape first: when it binds, so do the others.
  const shapes = new Set<string>();
  const first = asked.filter(
    ({ shape }) =>
      shape === undefined || !(c.soundAudits.has(shape) || shapes.has(shape) || !shapes.add(shape)),
  );
  await bindEach(c, first);
  await checkColumns(c, asked);
  const done = new Set(first);
  await bindEach(
    c,
    asked.filter((a) => !done.has(a) && a.shape !== undefined && !c.soundAudits.has(a.shape)),
  );
}

/** A digest of its shape; undefined for an audit that reads other models. */
function shapeOf(audit: ParsedAudit, model: string, columns: readonly Column[]): string | undefined {
  if (audit.dependencies.length > 0) return undefined;
  return digestOf(auditShape(audit.sql.sql, model, columns, audit.audit.definition === undefined));
}

/** Audits that divert return rows of their model. What does not bind is told elsewhere. */
async function checkColumns(c: Compilation, asked: readonly Asked[]): Promise<void> {
  for (const { model, audit } of asked) {
    const columns = c.known.get(model.name)?.node.columns;
    if (audit.audit.severity !== 'quarantine' || columns === undefined) continue;
    let found: readonly Column[] | undefined;
    if (audit.audit.definition !== undefined) {
      await declareShadows(c, [model.name]);
      const described = await c.input.binder.describe(audit.sql.sql);
      if (!isColumns(described)) continue;
      found = described;
    }
    const wrong = checkDivertedColumns(audit.audit, columns, found);
    if (wrong.length === 0) continue;
    c.faulty.add(model.name);
    if (c.isCareful) c.diagnostics.push(...wrong);
    else c.doubted.add(model.name);
  }
}

async function bindEach(c: Compilation, all: readonly Asked[]): Promise<void> {
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
  const alone = await checkAlone(c, audits);
  const wrong = audits.flatMap((asked, i) => {
    const { model, audit, shape } = asked;
    const error = results[i] ?? alone.get(asked);
    if (error !== undefined && !isPlanless(error)) return [{ model, audit, error }];
    if (shape !== undefined) c.soundAudits.add(shape);
    return [];
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
      notes: [...found.notes, ...defaultNotes(model, audit)],
    });
  }
}

/** What is wrong with queries that an audit asks of other models and that have to bind without the rows it audits. */
async function checkAlone(c: Compilation, audits: readonly Asked[]): Promise<ReadonlyMap<Asked, BindError>> {
  const parts = audits.flatMap((asked) =>
    asked.audit.dependencies.length === 0 ? [] : aloneSql(asked.audit.audit).map((sql) => ({ asked, sql })),
  );
  if (parts.length === 0) return new Map();
  const results = await c.input.binder.check(parts.map((p) => p.sql));
  return new Map(
    parts.flatMap(({ asked }, i) => {
      const error = results[i];
      return error === undefined ? [] : [[asked, error] as const];
    }),
  );
}

/** Of an audit that the header does not ask for: how the model gets rid of it. */
function defaultNotes(model: ModelDefinition, { audit }: ParsedAudit): readonly Note[] {
  if (audit.call.location.path === model.path) return [];
  const message = `${model.name} has it from the project; default_audits false in its header leaves it out`;
  return [{ message, location: model.nameLocation }];
}
