/** What enters a version beside the bound plan. */
import type { ResolvedAudit } from '../audit/index.ts';
import { hash } from 'node:crypto';
import { divertTags } from './check-diverting.ts';
import type { Compilation } from './compilation.ts';
import type { ParsedModel, ParsedQuery } from './parse-models.ts';
import { macroTexts } from './sql-macros.ts';

/** Pre- and post-statements, audits that divert rows, and a text that holds the compile-time day by itself. */
export function versionTags(c: Compilation, m: ParsedModel, query: ParsedQuery): readonly string[] {
  const tags = [...m.statements, ...divertTags(m.definition, m.audits, c.input.project)];
  const own = m.definition.query?.text ?? '';
  if (own.includes('2083-0')) tags.push(query.rendered.sql, own);
  return tags;
}

/** A version made of text does not see what macros expand to; a plan does. */
export function textTags(c: Compilation, query: ParsedQuery, tags: readonly string[]): readonly string[] {
  return [...tags, ...macroTexts(query.statement, c.input.project.sqlMacros)];
}

export function auditIdentity(audits: ParsedModel['audits']): string {
  if (audits.length === 0) return '';
  return identityOf(
    audits.map((a) => [a.audit.name, a.audit.severity, a.sql.sql, ...tolerances(a.audit)]).toSorted(),
  );
}

/** What tells one state of audits from another. */
export function identityOf(audits: unknown): string {
  return hash('sha256', JSON.stringify(audits), 'hex').slice(0, 32);
}

/** Nothing for an audit that tolerates nothing, so that its identity is what it was before there were tolerances. */
export function tolerances({ tolerance }: ResolvedAudit): readonly unknown[] {
  const { maxRows, maxShare } = tolerance;
  return maxRows === undefined && maxShare === undefined ? [] : [maxRows ?? null, maxShare ?? null];
}

/** The AST without positions: the same for the same text but for white space and comments. */
export function canonicalAst(statement: unknown): string {
  return JSON.stringify(statement, (key, value: unknown) => (key === 'query_location' ? undefined : value));
}
