import { runChild, type Child } from './child.ts';

/** A process that is run again and again. */
export interface Side {
  readonly child: Child;
  /** Undoes what the run before left; not timed. */
  readonly before?: () => void;
}

/** Seconds of both sides, pair by pair. */
export interface Pairs {
  readonly measured: readonly number[];
  readonly beside: readonly number[];
}

/**
 * Runs both sides in turns, after one run of each that does not count (it fills caches of files and of code). The machine
 * may be slow for a while; then both of a pair are, and their ratio is not.
 */
export async function runPairs(measured: Side, beside: Side, runs: number): Promise<Pairs> {
  const [one = [], other = []] = await runTurns([measured, beside], runs);
  return { measured: one, beside: other };
}

/** The same of any number of sides; answers the seconds of each. */
export async function runTurns(
  sides: readonly Side[],
  runs: number,
): Promise<readonly (readonly number[])[]> {
  const seconds = sides.map((): number[] => []);
  for (let run = -1; run < runs; run++) {
    for (const [i, side] of sides.entries()) {
      side.before?.();
      const done = await runChild(side.child);
      if (run >= 0) seconds[i]?.push(done.seconds);
    }
  }
  return seconds;
}

/** The median of the pairs' ratios. */
export function ratioOf(pairs: Pairs): number {
  return median(pairs.measured.map((m, i) => m / (pairs.beside[i] ?? NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return (low + high) / 2;
}
