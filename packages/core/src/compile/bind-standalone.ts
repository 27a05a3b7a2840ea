/**
 * Audits of no one model, bound once all models are: nothing reads them, so that nothing waits for them. They are few; none is
 * kept in the cache.
 */
import { resolveStandalone, standaloneSql } from '../audit/index.ts';
import { hasErrors } from '../diagnostic/index.ts';
import { plainText } from '../sql/plain-text.ts';
import type { RenderContext } from '../render/index.ts';
import type { Compilation } from './compilation.ts';
import type { AuditReads, ColumnRef, StandaloneAudit } from './compiled.ts';
import { renderedPlace, type ErrorPlace } from './error-place.ts';
import { traceLineage } from './lineage.ts';
import { nodeKey } from './names.ts';
import { projectContext, resolveTables } from './parse-models.ts';
import { parsePlan, type PlanNode } from './plan-node.ts';
import { isPlanless } from './query-error.ts';
import { findReferences } from './references.ts';
import { declareShadows } from './shadow-tables.ts';
import { toDiagnostic } from './sql-errors.ts';
import { identityOf, tolerances } from './version-tags.ts';

interface Draft {
  readonly about: Omit<StandaloneAudit, 'dependencies' | 'reads'>;
  readonly sql: string;
  readonly place: ErrorPlace;
}

/** Those without errors, by name. What reads a broken model is left out: what is wrong there has been said. */
export async function bindStandalone(c: Compilation): Promise<readonly StandaloneAudit[]> {
  const drafts = draftStandalone(c);
  if (drafts.length === 0) return [];
  const parsed = await c.input.binder.parse(drafts.map((d) => d.sql));
  const bound = drafts.flatMap((draft, i) => {
    const result = parsed[i];
    if (result?.ok !== true) {
      if (result !== undefined) c.diagnostics.push(toDiagnostic(result.error, draft.place));
      return [];
    }
    const references = findReferences(result.statements[0], draft.sql);
    const dependencies = resolveTables(references, draft.place, c.lookup, c.diagnostics);
    return dependencies?.every((d) => c.known.has(d)) === true
      ? [{ ...draft, audit: { ...draft.about, dependencies } }]
      : [];
  });
  await declareShadows(
    c,
    bound.flatMap(({ audit }) => audit.dependencies),
  );
  const results = await c.input.binder.bind(bound.map((a) => a.sql));
  return bound
    .flatMap(({ audit, place }, i): readonly StandaloneAudit[] => {
      const result = results[i];
      if (result?.ok === true) return [{ ...audit, reads: readsOf(c, parsePlan(result.plan)) }];
      if (result === undefined || isPlanless(result.error)) return [{ ...audit, reads: undefined }];
      c.diagnostics.push(toDiagnostic(result.error, place));
      return [];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Columns that nobody declared (`rowid`) are left out. */
function readsOf(c: Compilation, plan: PlanNode): AuditReads | undefined {
  const trace = traceLineage(plan, (schema, table) => c.lookup.find(schema, table) ?? `${schema}.${table}`);
  if (trace.unknown.length > 0) return undefined;
  const isColumn = ({ model, column }: ColumnRef): boolean =>
    c.known.get(model)?.node.columns.some((own) => nodeKey(own.name) === nodeKey(column)) === true;
  return { named: trace.named.filter(isColumn), deciding: trace.influence.filter(isColumn) };
}

function draftStandalone(c: Compilation): readonly Draft[] {
  const { project } = c.input;
  const context: RenderContext = projectContext(project, undefined);
  return project.audits.flatMap((definition): readonly Draft[] => {
    if (!definition.standalone) return [];
    const resolved = resolveStandalone(definition);
    c.diagnostics.push(...resolved.diagnostics);
    const audit = resolved.value;
    if (audit === undefined) return [];
    const { value, diagnostics } = standaloneSql(audit, definition, context);
    c.diagnostics.push(...diagnostics);
    if (hasErrors(diagnostics)) return [];
    const identity = identityOf([plainText(value.sql), audit.severity, ...tolerances(audit)]);
    const place = renderedPlace(value.sql, value.map, definition.nameLocation);
    const about = { name: definition.name, definition, audit, identity };
    return [{ about, sql: value.sql, place }];
  });
}
