/**
 * The first promise: after any history, what an environment shows is what a build from nothing would show. Random
 * projects, random histories; each apply is compared with a build of the same files at the same time in a fresh folder.
 *
 * SLUICE_TEST_HISTORIES: how many (25). SLUICE_TEST_UPKEEP: how many more that promote, roll back and collect (a fifth).
 * SLUICE_TEST_SEED: that of the first, the next has the next. SLUICE_TEST_SHRINK: look for a shorter one where a history fails
 * (slow). SLUICE_TEST_TALLY: a file for what happened.
 */
import { asyncProperty, check } from 'fast-check';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SluiceError, type ApplyDocument, type PlanDocument } from '../src/index.ts';
import { TestProject, type Contents } from './support/project.ts';
import {
  Definitions,
  expectSound,
  isUpkeep,
  UPKEEP_HISTORY,
  UPKEEP_STEPS,
  upkeepStep,
} from './support/upkeep-steps.ts';
import { change, filesOf, HISTORY, PROJECT, type ProjectSpec, type Step } from './support/random-project.ts';

const HISTORIES = Number(process.env['SLUICE_TEST_HISTORIES'] ?? 25);
/** Of these, so many more are about promoting, going back and cleaning up. */
const UPKEEP = Number(process.env['SLUICE_TEST_UPKEEP'] ?? Math.ceil(HISTORIES / 5));
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? 20240201);
const SHRINK = process.env['SLUICE_TEST_SHRINK'] !== undefined;

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
    failures.push(`seed ${seed}: ${JSON.stringify(result.counterexample)}\n${why}`);
  }
  expect(failures.join('\n\n')).toBe('');
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
      await live(spec, [prod, { what: 'edit-expression', a: 1, b: 3 }, dev, ...steps, prod]);
    });
    await checkSeeds(property, UPKEEP);
    const done = UPKEEP_STEPS.reduce((sum, what) => sum + (tally.get(`${what} done`) ?? 0), 0);
    expect(done, JSON.stringify([...tally].toSorted())).toBeGreaterThan(UPKEEP / 2);
  },
);

test(
  `after any history an environment shows what a build from nothing shows (${HISTORIES} histories, seed ${SEED})`,
  { timeout: 60_000 + HISTORIES * 20_000 },
  async () => {
    const property = asyncProperty(PROJECT, HISTORY, async (spec, steps) => {
      // Most of what may go wrong needs something that stands.
      const first: readonly Step[] = spec.timed || spec.wide ? [{ what: 'apply-prod', a: 0, b: 0 }] : [];
      await live(spec, [...first, ...steps, { what: 'apply-prod', a: 0, b: 0 }]);
    });
    await checkSeeds(property, HISTORIES);
    const done = [...tally].filter(([what]) => what.endsWith(' done')).reduce((sum, [, n]) => sum + n, 0);
    expect(done, JSON.stringify([...tally].toSorted())).toBeGreaterThan(HISTORIES);
    if (process.env['SLUICE_TEST_TALLY'] !== undefined)
      writeFileSync(process.env['SLUICE_TEST_TALLY'], JSON.stringify([...tally].toSorted(), undefined, 1));
  },
);

/** What happened over all histories: a test that applies nothing proves nothing. */
const tally = new Map<string, number>();

async function live(first: ProjectSpec, steps: readonly Step[]): Promise<void> {
  let spec = first;
  let events = 0;
  let stopAt = Number.POSITIVE_INFINITY;
  await using project = new TestProject(filesOf(spec), {
    jobs: 2,
    observer: () => {
      events += 1;
      if (events === stopAt) void project.workspace().then((w) => w.interrupt());
    },
  });
  const past: ProjectSpec[] = [];
  const definitions = new Definitions();
  for (const [number, step] of steps.entries()) {
    const where = `step ${number}: ${step.what} ${step.a} ${step.b}`;
    const count = (what: string): void => {
      tally.set(`${step.what} ${what}`, (tally.get(`${step.what} ${what}`) ?? 0) + 1);
    };
    if (step.what === 'run') project.now += (step.a % 4) * 9 * 3_600_000;
    const next = change(spec, step, past, project.now);
    if (next !== spec) {
      past.push(spec);
      rewrite(project, filesOf(spec), filesOf(next));
      spec = next;
      continue;
    }
    const environment =
      step.what === 'apply-dev' || (step.what === 'apply-limited' && step.b % 2 === 0) ? 'dev' : 'prod';
    try {
      if (isUpkeep(step)) {
        count(await upkeepStep(project, spec, step, definitions, where));
        await expectSound(project, where);
        continue;
      }
      if (step.what === 'apply-failing') {
        await applyFailing(project, spec, step, count, definitions);
        continue;
      }
      if (step.what === 'apply-interrupted') stopAt = events + 1 + (step.a % 20);
      let planned: PlanDocument | undefined;
      const confirm = async (plan: PlanDocument): Promise<boolean> => {
        planned = plan;
        return true;
      };
      const applied = await (async (): Promise<ApplyDocument> => {
        switch (step.what) {
          case 'run':
            return project.run();
          case 'apply-limited':
            return project.apply(environment, {
              confirm,
              start: Date.UTC(2024, 0, 29),
              end: Date.UTC(2024, 0, 31),
            });
          default:
            return project.apply(environment, { confirm });
        }
      })();
      stopAt = Number.POSITIVE_INFINITY;
      count(applied.status);
      await definitions.note(project, spec);
      if (planned !== undefined) expectOnlyPlanned(applied, planned, where);
      if (applied.status === 'interrupted') continue;
      if (applied.status === 'failed')
        throw new Error(`${where}: ${applied.diagnostics.map((d) => d.message).join('; ')}`);
      if (step.what === 'apply-limited') continue;
      await expectAsFromNothing(project, environment, where);
      const again = await project.plan(environment);
      expect(again.actions, `${where}: a plan right after is empty`).toEqual([]);
      expect(again.promotes, where).toBe(false);
    } catch (error) {
      stopAt = Number.POSITIVE_INFINITY;
      // Some edits make no project (a column that others read is gone): that must be said, and nothing happens.
      if (!(error instanceof SluiceError)) throw error;
      const codes = new Set(error.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code));
      count([...codes].join(' '));
      for (const code of codes) {
        if (!EXPECTED_REFUSALS.has(code))
          throw new Error(`${where}: ${code}: ${error.message}`, { cause: error });
      }
    }
  }
}

const EXPECTED_REFUSALS = new Set([
  'unknown-column',
  'invalid-time-column',
  'invalid-macro',
  'environment-differs',
  'unknown-environment',
  'warehouse-missing',
  'promotion-incomplete',
  'rollback-impossible',
]);

/** An apply that an audit stops; what is there must stay as it was where the audit stands, and be mended later. */
async function applyFailing(
  project: TestProject,
  spec: ProjectSpec,
  step: Step,
  count: (what: string) => void,
  definitions: Definitions,
): Promise<void> {
  const failing: ProjectSpec = {
    ...spec,
    models: spec.models.map((m, i) => (i === step.a % spec.models.length ? { ...m, audit: 'failing' } : m)),
  };
  rewrite(project, filesOf(spec), filesOf(failing));
  try {
    const applied = await project.apply(step.b % 2 === 0 ? 'prod' : 'dev');
    count(applied.status);
    await definitions.note(project, failing);
  } finally {
    rewrite(project, filesOf(failing), filesOf(spec));
  }
}

function rewrite(
  project: TestProject,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): void {
  for (const path of Object.keys(before)) if (after[path] === undefined) project.remove(path);
  for (const [path, text] of Object.entries(after)) if (before[path] !== text) project.write(path, text);
}

function expectOnlyPlanned(applied: ApplyDocument, planned: PlanDocument, where: string): void {
  const allowed = new Set(planned.actions.map((a) => a.model));
  const strangers = applied.results.map((r) => r.model).filter((m) => !allowed.has(m));
  expect(strangers, `${where}: nothing runs that the plan does not list`).toEqual([]);
}

async function expectAsFromNothing(project: TestProject, environment: string, where: string): Promise<void> {
  await using fresh = project.copy({ observer: () => undefined });
  await fresh.build();
  const expected = await fresh.shown();
  const shown = await project.shown(environment);
  expect([...shown.keys()], where).toEqual([...expected.keys()]);
  for (const [model, contents] of expected) {
    const found: Contents | undefined = shown.get(model);
    expect({ model, ...found }, `${where}, ${environment}`).toEqual({ model, ...contents });
  }
  for (const other of ['prod', 'dev']) if (other !== environment) await project.shown(other);
}
