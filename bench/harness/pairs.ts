import { measureChild, runChild, type Child, type Usage } from './child.ts';

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
  const seconds: { measured: number[]; beside: number[] } = { measured: [], beside: [] };
  for (let run = -1; run < runs; run++) {
    for (const [name, side] of [
      ['measured', measured],
      ['beside', beside],
    ] as const) {
      side.before?.();
      const done = await runChild(side.child);
      if (run >= 0) seconds[name].push(done.seconds);
    }
  }
  return seconds;
}

/** All runs of one side. */
export interface Turns {
  readonly seconds: readonly number[];
  /** In the middle of all runs. */
  readonly usage: Usage;
}

/** Runs any number of sides in turns, for their times and for what they take; what has not been run before is to be run once first. */
export async function runTurns(sides: readonly Side[], runs: number): Promise<readonly Turns[]> {
  const done = sides.map((): { seconds: number; usage: Usage }[] => []);
  for (let run = 0; run < runs; run++) {
    for (const [i, side] of sides.entries()) {
      side.before?.();
      done[i]?.push(await measureChild(side.child));
    }
  }
  return done.map((of) => ({
    seconds: of.map((d) => d.seconds),
    usage: {
      peak: median(of.map((d) => d.usage.peak)),
      cpu: median(of.map((d) => d.usage.cpu)),
    },
  }));
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
