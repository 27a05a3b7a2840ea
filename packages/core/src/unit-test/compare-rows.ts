/**
 * Expected rows against actual ones. Without an order they are multisets: rows that are the same are taken out, and of
 * what is left those that have most in common stand beside each other, so that a person sees the cell that differs.
 */
import type { Column } from '../compile/compiled.ts';
import type { Cell, Row } from '../engine/warehouse.ts';
import { cellKey, sameCells } from './compare-cells.ts';

/** A row that is not as expected: `missing` has no actual row, `extra` no expected one. */
export type RowDifference =
  | {
      readonly kind: 'changed';
      readonly expected: Row;
      readonly actual: Row;
      readonly columns: readonly string[];
    }
  | { readonly kind: 'missing'; readonly expected: Row }
  | { readonly kind: 'extra'; readonly actual: Row };

export interface CompareOptions {
  /** The columns that count. */
  readonly columns: readonly Column[];
  readonly ordered: boolean;
  readonly tolerance: number | undefined;
  /** Columns that tell rows apart: a row is first looked for under its own key. */
  readonly grain: readonly string[];
}

/** Beyond so many rows that differ, they are not paired by what they have in common: it would take long and show nothing. */
const MOST_PAIRED = 200;

export function compareRows(
  expected: readonly Row[],
  actual: readonly Row[],
  options: CompareOptions,
): readonly RowDifference[] {
  const comparer = new RowComparer(options);
  return options.ordered ? comparer.inOrder(expected, actual) : comparer.inAnyOrder(expected, actual);
}

class RowComparer {
  readonly #columns: readonly {
    readonly name: string;
    readonly same: (a: Cell, b: Cell) => boolean;
    readonly weight: number;
  }[];
  /** Equal for rows that may be the same. */
  readonly #key: (row: Row) => string;

  constructor({ columns, tolerance, grain }: CompareOptions) {
    const grains = new Set(grain.map((g) => g.toLowerCase()));
    this.#columns = columns.map((c) => ({
      name: c.name,
      same: sameCells(c.type, tolerance),
      weight: grains.has(c.name.toLowerCase()) ? columns.length + 1 : 1,
    }));
    const keys = columns.flatMap((c) => {
      const of = cellKey(c.type);
      return of === undefined ? [] : [{ name: c.name, of }];
    });
    this.#key = (row) => keys.map(({ name, of }) => of(row[name] ?? null)).join('\u0000');
  }

  inAnyOrder(expected: readonly Row[], actual: readonly Row[]): readonly RowDifference[] {
    const byKey = new Map<string, Row[]>();
    for (const row of actual) {
      const key = this.#key(row);
      const rows = byKey.get(key);
      if (rows === undefined) byKey.set(key, [row]);
      else rows.push(row);
    }
    const missing = expected.filter((row) => {
      const rows = byKey.get(this.#key(row)) ?? [];
      const at = rows.findIndex((r) => this.#differing(row, r).length === 0);
      if (at >= 0) rows.splice(at, 1);
      return at < 0;
    });
    const left = new Set([...byKey.values()].flat());
    return this.#pair(
      missing,
      actual.filter((row) => left.has(row)),
    );
  }

  /** Rows that are the same in both orders stay; what is between two of them is shown beside each other. */
  inOrder(expected: readonly Row[], actual: readonly Row[]): readonly RowDifference[] {
    const found: RowDifference[] = [];
    let [i, j] = [0, 0];
    for (const [x, y] of [...this.#common(expected, actual), [expected.length, actual.length] as const]) {
      for (; i < x || j < y; i++, j++) {
        const [e, a] = [i < x ? expected[i] : undefined, j < y ? actual[j] : undefined];
        if (e !== undefined && a !== undefined)
          found.push({ kind: 'changed', expected: e, actual: a, columns: this.#differing(e, a) });
        else if (e !== undefined) found.push({ kind: 'missing', expected: e });
        else if (a !== undefined) found.push({ kind: 'extra', actual: a });
      }
      [i, j] = [x + 1, y + 1];
    }
    return found;
  }

  /** Positions of a longest common subsequence. */
  #common(a: readonly Row[], b: readonly Row[]): readonly (readonly [number, number])[] {
    if (a.length * b.length > MOST_PAIRED * MOST_PAIRED * 25) {
      const length = Math.min(a.length, b.length);
      return Array.from({ length }, (_, i) => [i, i] as const).filter(([i]) => this.#same(a[i], b[i]));
    }
    const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
    const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
    for (let i = a.length - 1; i >= 0; i--) {
      const line = lengths[i];
      if (line === undefined) continue;
      for (let j = b.length - 1; j >= 0; j--)
        line[j] = this.#same(a[i], b[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
    const found: [number, number][] = [];
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      if (this.#same(a[i], b[j])) found.push([i++, j++]);
      else if (at(i + 1, j) >= at(i, j + 1)) i++;
      else j++;
    }
    return found;
  }

  #pair(missing: readonly Row[], extra: readonly Row[]): readonly RowDifference[] {
    const left = [...extra];
    const differences = missing.map((expected): RowDifference => {
      const at =
        missing.length <= MOST_PAIRED ? this.#nearest(expected, left, missing.length, extra.length) : -1;
      const [actual] = at < 0 ? [] : left.splice(at, 1);
      if (actual === undefined) return { kind: 'missing', expected };
      return { kind: 'changed', expected, actual, columns: this.#differing(expected, actual) };
    });
    return [...differences, ...left.map((actual): RowDifference => ({ kind: 'extra', actual }))];
  }

  /** The row that has most in common, if that is anything; a single row against a single row is always the one. */
  #nearest(row: Row, candidates: readonly Row[], rows: number, all: number): number {
    if (rows === 1 && all === 1) return 0;
    let [best, most] = [-1, 0];
    for (const [i, candidate] of candidates.slice(0, MOST_PAIRED).entries()) {
      const different = new Set(this.#differing(row, candidate));
      const score = this.#columns.reduce((sum, c) => (different.has(c.name) ? sum : sum + c.weight), 0);
      if (score > most) [best, most] = [i, score];
    }
    return best;
  }

  #same(a: Row | undefined, b: Row | undefined): boolean {
    return a !== undefined && b !== undefined && this.#differing(a, b).length === 0;
  }

  #differing(a: Row, b: Row): readonly string[] {
    return this.#columns.flatMap((c) => (c.same(a[c.name] ?? null, b[c.name] ?? null) ? [] : [c.name]));
  }
}
