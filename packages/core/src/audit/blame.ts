/**
 * What failing rows failed for: which column, or which criterion, and with which values. Asked only of rows that are known to be
 * bad, so that an audit that passes pays nothing for it.
 */
import { sql as quoted, raw } from '../sql/quote.ts';
import { identifierName, significantTokens } from '../sql/tokens.ts';
import type { ResolvedAudit } from './bind-audit.ts';
import { libraryAudit } from './library.ts';
import { Arguments, type Blame } from './library/library-audit.ts';

/** A column or a criterion, and how to count. */
export interface BlameQuery {
  /** As it is told. */
  readonly column: string;
  /** The column of the failing rows that says it all; undefined when the query has to be asked. */
  readonly plain: string | undefined;
  /** All its values: `value` and `n`. */
  readonly values: string;
  /** Its most frequent values, and in each row the `total`. */
  readonly query: string;
}

/** The most frequent of counted values, and how many rows there are in all. */
export function mostFrequent(values: string, most: number): string {
  return quoted`SELECT value, n, CAST(sum(n) OVER () AS BIGINT) AS total FROM (${raw(values)}) AS counted
    ORDER BY n DESC, CAST(value AS VARCHAR) LIMIT ${most}`;
}

/** Of an audit of the library that picks rows; what one of the project is about, nobody can say. */
export function blameQueries(
  audit: ResolvedAudit,
  { bad, relation }: { readonly bad: string; readonly relation: string },
  most: number,
): readonly BlameQuery[] {
  const library = audit.definition === undefined ? libraryAudit(audit.name) : undefined;
  if (library === undefined) return [];
  const given = new Arguments(audit.arguments);
  const over = { relation, grouped: relation, now: 'NULL' };
  if (library.bad(given, over).kind !== 'rows') return [];
  const blamed =
    library.blames?.(given, over) ?? (given.has('column') ? [{ value: given.sql('column') }] : []);
  return blamed.map((b) => {
    const where = b.condition === undefined || blamed.length === 1 ? '' : ` WHERE ${b.condition}`;
    const values = quoted`SELECT ${raw(b.value ?? 'NULL')} AS value, count(*) AS n FROM (\n${raw(bad)}\n) AS failing${raw(where)} GROUP BY ALL`;
    const name = nameOf(b);
    const column = name ?? b.name ?? b.value ?? '';
    return { column, plain: where === '' ? name : undefined, values, query: mostFrequent(values, most) };
  });
}

/** The column that a value is. */
function nameOf({ value = '' }: Blame): string | undefined {
  const tokens = significantTokens(value);
  const [only] = tokens;
  return tokens.length === 1 && (only?.kind === 'word' || only?.kind === 'quoted')
    ? identifierName(value.trim())
    : undefined;
}
