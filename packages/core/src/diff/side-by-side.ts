import { ident, tableIdent, type TableName } from '../sql/quote.ts';
import type { CommonColumn } from './compare-schemas.ts';
import { haveSameValues } from './same-values.ts';

/**
 * SQL that puts the rows of two relations side by side by their grain. Columns have made-up names (`k0`, `c0`), so that no
 * column of a model can be in the way; values of a column whose type changed are compared as text, where that matters.
 */
export class SideBySide {
  readonly #before: TableName;
  readonly #after: TableName;
  readonly #keys: readonly CommonColumn[];
  readonly #values: readonly CommonColumn[];

  constructor(
    before: TableName,
    after: TableName,
    keys: readonly CommonColumn[],
    values: readonly CommonColumn[],
  ) {
    this.#before = before;
    this.#after = after;
    this.#keys = keys;
    this.#values = values;
  }

  /**
   * `matched`, `added`, `removed`, `changed`, and `c0`, `c1`, … how often each value differs. With samples a row for each of the first
   * rows of both sides that differ, by their keys, or one row without: `sampled`, `k0`, … then for each value `a0`, `b0` and
   * whether they differ, `d0`. A second join for them would cost as much as the first.
   */
  counts(samples: number): string {
    const each = this.#values.map((_, i) => `count(*) FILTER (both_sides AND ${differs(i)}) AS c${i}`);
    const any = this.#values.length === 0 ? 'FALSE' : this.#values.map((_, i) => differs(i)).join(' OR ');
    const counts = [
      'count(*) FILTER (both_sides) AS matched',
      'count(*) FILTER (a.here IS NULL) AS added',
      'count(*) FILTER (b.here IS NULL) AS removed',
      `count(*) FILTER (both_sides AND (${any})) AS changed`,
      ...each,
      ...(samples === 0
        ? []
        : [
            `arg_min(${this.#sample()}, ${this.#key()}, ${samples}) FILTER (both_sides AND (${any})) AS samples`,
          ]),
    ].map((c) => c.replaceAll('both_sides', '(a.here AND b.here)'));
    const found = `SELECT ${counts.join(', ')} FROM ${this.#joined()}`;
    if (samples === 0) return found;
    // Out of the list again: values in it would come back in another form than those of columns.
    const fields = ['sampled', ...this.#fields().map(([name]) => name)].map((f) => `s.sample.${f} AS ${f}`);
    return `WITH found AS MATERIALIZED (${found}) SELECT found.* EXCLUDE (samples), ${fields.join(', ')} FROM found LEFT JOIN (SELECT unnest(samples) AS sample FROM found) AS s ON true ORDER BY ${this.#keys.map((_, i) => `k${i}`).join(', ')}`;
  }

  /** Rows that are on one side alone, with the names of that side. */
  alone(side: 'before' | 'after', limit: number): string {
    const [own, other] = side === 'before' ? [this.#before, this.#after] : [this.#after, this.#before];
    const matches = this.#keys.map((k) => {
      const theirs = side === 'before' ? 'after' : 'before';
      return `${comparable(k, side, 'own')} IS NOT DISTINCT FROM ${comparable(k, theirs, 'other')}`;
    });
    return `SELECT * FROM ${tableIdent(own)} AS own ANTI JOIN ${tableIdent(other)} AS other ON ${matches.join(' AND ')} ORDER BY ALL LIMIT ${limit}`;
  }

  /** A struct of nothing but keys: unlike a key, it is never NULL, and `arg_min` leaves out what is. */
  #key(): string {
    return `{${this.#keys.map((_, i) => `k${i}: a.k${i}`).join(', ')}}`;
  }

  #sample(): string {
    return `{sampled: TRUE, ${this.#fields()
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ')}}`;
  }

  /** What is told of a row that differs. */
  #fields(): readonly (readonly [name: string, value: string])[] {
    return [
      ...this.#keys.map((_, i) => [`k${i}`, `a.k${i}`] as const),
      ...this.#values.flatMap((_, i) => [
        [`a${i}`, `a.c${i}`] as const,
        [`b${i}`, `b.c${i}`] as const,
        [`d${i}`, differs(i)] as const,
      ]),
    ];
  }

  #joined(): string {
    const on = this.#keys.map((_, i) => `a.k${i} IS NOT DISTINCT FROM b.k${i}`).join(' AND ');
    return `${this.#side('before')} AS a FULL JOIN ${this.#side('after')} AS b ON ${on}`;
  }

  #side(side: 'before' | 'after'): string {
    const table = side === 'before' ? this.#before : this.#after;
    const named = (columns: readonly CommonColumn[], letter: string): readonly string[] =>
      columns.map((c, i) => `${comparable(c, side)} AS ${letter}${i}`);
    return `(SELECT ${['TRUE AS here', ...named(this.#keys, 'k'), ...named(this.#values, 'c')].join(', ')} FROM ${tableIdent(table)})`;
  }
}

/** The rows that one relation has more often than the other, in the columns of both. */
export function surplus(
  of: TableName,
  over: TableName,
  columns: readonly CommonColumn[],
  side: 'before' | 'after',
): string {
  const list = (s: 'before' | 'after'): string =>
    columns.map((c) => `${comparable(c, s)} AS ${ident(c.after.name)}`).join(', ');
  const other = side === 'before' ? 'after' : 'before';
  return `SELECT ${list(side)} FROM ${tableIdent(of)} EXCEPT ALL SELECT ${list(other)} FROM ${tableIdent(over)}`;
}

function comparable(column: CommonColumn, side: 'before' | 'after', of?: string): string {
  const name = `${of === undefined ? '' : `${of}.`}${ident(column[side].name)}`;
  return haveSameValues(column.before.type, column.after.type) ? name : `CAST(${name} AS VARCHAR)`;
}

function differs(i: number): string {
  return `a.c${i} IS DISTINCT FROM b.c${i}`;
}
