import type { Outcome } from '../diagnostic/index.ts';
import type { AuditDefinition } from '../model/index.ts';
import { render, type RenderContext, type SourceMap } from '../render/index.ts';
import { ident, literal, raw } from '../sql/quote.ts';
import { formatInstant } from '../time/index.ts';
import type { ResolvedAudit } from './bind-audit.ts';
import { libraryAudit } from './library.ts';
import { Arguments } from './library/library-audit.ts';

/** The SQL of an audit's bad rows, references to models still by their names. */
export interface AuditSql {
  readonly sql: string;
  /** The rows it looks at: what may stand in FROM. */
  readonly audited: string;
  /** The way back to the audit's file; undefined for audits of the library, whose text is Sluice's. */
  readonly map: SourceMap | undefined;
}

/** What the audited rows are: a relation, and for time-range models the interval's condition on it. */
export interface AuditScope {
  /** Quoted name of the audited table. */
  readonly relation: string;
  /** SQL condition that picks the rows to audit; undefined: all. */
  readonly where: string | undefined;
  /** SQL conditions of which every row meets exactly one: parts that may be scanned beside each other. Left out: one part. */
  readonly parts?: readonly string[];
}

export function auditSql(
  audit: ResolvedAudit,
  scope: AuditScope,
  context: RenderContext,
): Outcome<AuditSql | undefined> {
  const conditions = conditionsOf(audit, scope);
  const relation = conditions.length === 0 ? scope.relation : `(${selection(scope.relation, conditions)})`;
  if (audit.definition === undefined) {
    const library = libraryAudit(audit.name);
    if (library === undefined) return { value: undefined, diagnostics: [] };
    const named = auditedRelation(audit, scope);
    const parts = scope.parts ?? [];
    const grouped =
      parts.length < 2
        ? named
        : `(${parts.map((p) => selection(scope.relation, [...conditions, p])).join(' UNION ALL ')}) AS ${ident('audited')}`;
    const over = { relation: named, grouped, now: instantSql(context.executionTime) };
    const bad = library.bad(new Arguments(audit.arguments), over);
    const text = bad.kind === 'report' ? bad.query : `SELECT * FROM ${named} ${bad.clause} ${bad.condition}`;
    return { value: { sql: text, audited: named, map: undefined }, diagnostics: [] };
  }
  const made = renderOwn(audit, audit.definition, { ...context, thisModel: raw(relation) });
  const audited = `${relation} AS ${ident('audited')}`;
  return { value: { ...made.value, audited }, diagnostics: made.diagnostics };
}

/** The rows an audit looks at: what may stand in FROM. */
export function auditedRelation(audit: ResolvedAudit, scope: AuditScope): string {
  const conditions = conditionsOf(audit, scope);
  return conditions.length === 0
    ? scope.relation
    : `(${selection(scope.relation, conditions)}) AS ${ident('audited')}`;
}

function conditionsOf(audit: ResolvedAudit, { where }: AuditScope): readonly string[] {
  return [where, audit.arguments.get('condition')?.sql].filter((c) => c !== undefined);
}

/** Which of several conditions on rows are true of any row: a column for each, by its number from 1; NULL is no. One scan for all. */
export function anyBadSql(conditions: readonly string[], { relation, where }: AuditScope): string {
  const audited = where === undefined ? relation : `(${selection(relation, [where])}) AS ${ident('audited')}`;
  // Behind the filter there is no row to judge, or few.
  const verdicts = conditions.map((c, i) => `bool_or(\n${c}\n) AS ${ident(String(i + 1))}`);
  return `SELECT ${verdicts.join(', ')} FROM ${audited} WHERE ${conditions.map((c) => `(\n${c}\n)`).join(' OR ')}`;
}

/** Parts of an audit of the library that have to bind by themselves. */
export function aloneSql(audit: ResolvedAudit): readonly string[] {
  const library = audit.definition === undefined ? libraryAudit(audit.name) : undefined;
  return library?.alone?.(new Arguments(audit.arguments)) ?? [];
}

/** The bad rows of a standalone audit. Which rows it looks at, nobody can say. */
export function standaloneSql(
  audit: ResolvedAudit,
  definition: AuditDefinition,
  context: RenderContext,
): Outcome<Omit<AuditSql, 'audited'>> {
  return renderOwn(audit, definition, { ...context, thisModel: undefined });
}

function renderOwn(
  audit: ResolvedAudit,
  definition: AuditDefinition,
  context: RenderContext,
): Outcome<Omit<AuditSql, 'audited'>> {
  const parameters = new Map(context.parameters);
  for (const [name, argument] of audit.arguments) parameters.set(name, argument.sql);
  const own: RenderContext = { ...context, stage: 'auditing', parameters };
  const { value, diagnostics } = render(definition.query, definition.source, own, definition.definitions);
  return { value: { sql: value.sql, map: value.map }, diagnostics };
}

function selection(relation: string, conditions: readonly string[]): string {
  return `SELECT * FROM ${relation} WHERE ${conditions.map((c) => `(${c})`).join(' AND ')}`;
}

/** An instant as a TIMESTAMP in UTC, as the warehouse's clock is. */
function instantSql(at: number): string {
  return `CAST(${literal(formatInstant(at))} AS TIMESTAMP)`;
}
