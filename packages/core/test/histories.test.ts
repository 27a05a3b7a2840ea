/**
 * The first promise: after any history, what an environment shows is what a build from nothing would show. Random projects
 * (3 to 15 models of all kinds), random histories (5 to 40 steps): edits and reverts of queries, kinds, columns, audits and
 * styles; models that come and go; rows that are appended, come late, are corrected or go; applies to two environments, also
 * limited, of some models alone, without rows, forward-only, stopped by an audit of a model or of several, interrupted, killed, or by two processes at once;
 * restatements, runs with a moved clock that ask signals, diverted rows that are mended, go back and are taken back again, promotions, rollbacks, gc. `support/history/steps.ts` says what is drawn, `expected.ts` what each kind should hold, `live.ts`
 * what is looked at after each step.
 *
 * SLUICE_TEST_HISTORIES: how many (10). SLUICE_TEST_UPKEEP: how many more that promote, roll back and collect (a fifth).
 * SLUICE_TEST_REPLAYS: how many more in which diverted rows go back again and again (a twelfth).
 * SLUICE_TEST_SEED: that of the first, the next has the next. SLUICE_TEST_SHRINK: look for a shorter one where a history fails
 * (slow). SLUICE_TEST_KEEP: a folder for the project of one that failed. SLUICE_TEST_TALLY: a file for what happened.
 */
import { asyncProperty, check } from 'fast-check';
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { live, Tally } from './support/history/live.ts';
import { Oracle } from './support/history/oracle.ts';
import type { ProjectSpec } from './support/history/project-spec.ts';
import {
  DIVERTING,
  HISTORY,
  PROJECT,
  REPLAY_HISTORY,
  UPKEEP_HISTORY,
  type Step,
} from './support/history/steps.ts';

const HISTORIES = Number(process.env['SLUICE_TEST_HISTORIES'] ?? 10);
/** Of these, so many more are about promoting, going back and cleaning up. */
const UPKEEP = Number(process.env['SLUICE_TEST_UPKEEP'] ?? Math.ceil(HISTORIES / 5));
/** And so many about diverted rows that go back. */
const REPLAYS = Number(process.env['SLUICE_TEST_REPLAYS'] ?? Math.ceil(HISTORIES / 12));
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? 20240201);
const SHRINK = process.env['SLUICE_TEST_SHRINK'] !== undefined;

// Half of the time would be waiting for a disk. What a killed process wrote is there all the same: the machine goes on.
if (process.env['TMPDIR'] === undefined && existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';

const tally = new Tally();
let oracle: Oracle;
beforeAll(async () => {
  oracle = await Oracle.open();
});
afterAll(() => {
  oracle.close();
  const file = process.env['SLUICE_TEST_TALLY'];
  const all = [...tally.counts, ...[...oracle.compared].map(([kind, n]) => [`(compared) ${kind}`, n])];
  if (file !== undefined) writeFileSync(file, JSON.stringify(all.toSorted(), undefined, 1));
});

/** One property over many seeds: one each, so that a history that fails can be lived again alone. */
async function checkSeeds(
  property: ReturnType<typeof asyncProperty<[ProjectSpec, readonly Step[]]>>,
  count: number,
): Promise<void> {
  const failures: string[] = [];
  for (let seed = SEED; seed < SEED + count && failures.length < 10; seed++) {
    const result = await check(property, { numRuns: 1, seed, endOnFailure: !SHRINK });
    if (!result.failed) continue;
    const error = result.errorInstance;
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // A long search says at once what it found.
    process.stderr.write(`seed ${seed}: ${why.split('\n', 4).join('\n')}\n`);
    failures.push(`seed ${seed}: ${JSON.stringify(result.counterexample)}\n${why}`);
  }
  expect(failures.join('\n\n')).toBe('');
}

/** What a search of some length must have met, or it says nothing. */
function expectMet(histories: number, least: Readonly<Record<string, number>>): void {
  for (const [what, each] of Object.entries(least)) {
    const whats = what.split(', ');
    expect(tally.of(...whats), `${what} in ${tally.toString()}`).toBeGreaterThanOrEqual(
      Math.floor(histories * each),
    );
  }
}

test(
  `environments change hands, and are what their definitions say (${UPKEEP} histories, seed ${SEED})`,
  { timeout: 60_000 + UPKEEP * 60_000 },
  async () => {
    const property = asyncProperty(PROJECT, UPKEEP_HISTORY, async (spec, steps) => {
      const [prod, dev] = [
        { what: 'apply-prod', a: 0, b: 0 },
        { what: 'apply-dev', a: 0, b: 0 },
      ] as const;
      // What dev shows goes to prod once in each that compiles, or few would be about it.
      const promote = { what: 'promote', a: 0, b: 1 } as const;
      const all = [prod, { what: 'edit-expression', a: 1, b: 3 }, dev, promote, ...steps, prod] as const;
      await live(spec, all, oracle, tally);
    });
    await checkSeeds(property, UPKEEP);
    expectMet(UPKEEP, {
      'promote done, rollback done, drop-dev done, gc done': 0.5,
      'promote done': 0.1,
      'rollback done': 0.1,
      'drop-dev done': 0.1,
      'gc done': 0.02,
    });
  },
);

test(
  `rows that audits diverted go back, once, whatever is killed (${REPLAYS} histories, seed ${SEED})`,
  { timeout: 60_000 + REPLAYS * 60_000 },
  async () => {
    const property = asyncProperty(DIVERTING, REPLAY_HISTORY, async (spec, steps) => {
      const apply = { what: 'apply-prod', a: 0, b: 0 } as const;
      await live(spec, [apply, ...steps, apply], oracle, tally);
    });
    await checkSeeds(property, REPLAYS);
    expectMet(REPLAYS, {
      'replay done': 0.1,
      'replay-killed killed': 0.1,
      'unmend done': 0.1,
      '(from nothing with mended rows)': 0.02,
    });
  },
);

test(
  `after any history an environment shows what a build from nothing shows (${HISTORIES} histories, seed ${SEED})`,
  { timeout: 60_000 + HISTORIES * 20_000 },
  async () => {
    const property = asyncProperty(PROJECT, HISTORY, async (spec, steps) => {
      // Most of what may go wrong needs something that stands.
      const first: readonly Step[] = spec.timed || spec.wide ? [{ what: 'apply-prod', a: 0, b: 0 }] : [];
      await live(spec, [...first, ...steps, { what: 'apply-prod', a: 0, b: 0 }], oracle, tally);
    });
    await checkSeeds(property, HISTORIES);
    expectMet(HISTORIES, {
      'apply-prod done': 0.8,
      'apply-dev done': 0.1,
      'apply-failing failed': 0.04,
      'apply-interrupted interrupted': 0.03,
      'apply-killed killed': 0.02,
      'apply-together done here, apply-together nothing-to-do here': 0.03,
      'apply-limited done': 0.04,
      'restate done': 0.02,
      'run done': 0.04,
      'replay done': 0.02,
      'apply-selected done': 0.02,
      'apply-empty done': 0.02,
      'apply-forward-only done': 0.02,
      '(same meaning)': 0.1,
      '(failed and held)': 0.01,
      '(standalone audits judged)': 0.5,
      '(stopped by a standalone audit)': 0.05,
      '(literally as from nothing)': 0.01,
    });
  },
);
