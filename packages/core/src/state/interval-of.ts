import { BEGINNING, END, type TimeRange } from '../time/index.ts';

/**
 * The interval of a row of state: `s` and `e` are its bounds in epoch ms, `sf` and `ef` whether they are finite. Undefined where
 * the row has none.
 */
export function intervalOf(r: Readonly<Record<string, unknown>>): TimeRange | undefined {
  if (r['sf'] === null || r['sf'] === undefined) return undefined;
  return {
    start: r['sf'] === true ? Number(r['s']) : BEGINNING,
    end: r['ef'] === true ? Number(r['e']) : END,
  };
}
