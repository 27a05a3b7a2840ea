/**
 * Lives a random history: does its steps to a real project, and after each says whether the promises held. After an apply
 * that came to its end, every table is what the oracle says, a plan has nothing left to do, and nothing ran that the plan did
 * not list; after one that did not, nothing is lost and state, views and tables agree.
 */
import { cpSync } from 'node:fs';
import { expect } from 'vitest';
import { SluiceError, type ApplyDocument, type PlanDocument } from '../../../src/index.ts';
import { child } from '../killed.ts';
import { TestProject } from '../project.ts';
import { unitsOf } from './expected.ts';
import type { Done, Oracle } from './oracle.ts';
import { filesOf, putForeign } from './project-files.ts';
import { asksSignal, isReady, readsForeign, upstreamOf } from './model-text.ts';
import { keepsRows, type ProjectSpec } from './project-spec.ts';
import { replayAll, replayStep } from './replay.ts';
import { judgedModels, stoppedBy, Verdicts, warning } from './standalone.ts';
import { change, type Step } from './steps.ts';
import { unmendStep } from './unmend.ts';
import { Definitions, expectSound, isUpkeep, upkeepStep } from './upkeep.ts';

/** What happened over all histories: a test that applies nothing proves nothing. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  of(...whats: readonly string[]): number {
    return whats.reduce((sum, what) => sum + (this.counts.get(what) ?? 0), 0);
  }

  toString(): string {
    return JSON.stringify([...this.counts].toSorted());
  }
}

/** Where to leave the project of a history that failed. */
const KEEP = process.env['SLUICE_TEST_KEEP'];

const HOUR = 3_600_000;

/** Some edits make no project (a column that others read is gone), some steps have nothing to act on: that is said. */
const EXPECTED_REFUSALS = new Set([
  'unknown-column',
  'invalid-time-column',
  'invalid-macro',
  'environment-differs',
  'unknown-environment',
  'warehouse-missing',
  'promotion-incomplete',
  'rollback-impossible',
  'restatement-refused',
  'schema-change-refused',
  'destructive-step',
  'replay-moved',
  'cannot-replay',
  'selection-incomplete',
  'forward-only-refused',
]);

/** Kinds that are written in one transaction, so that a failed audit leaves all of their rows. */
const AT_ONCE: ReadonlySet<string> = new Set([
  'FULL',
  'MATERIALIZED',
  'MERGED',
  'PARTS',
  'SCD_TIME',
  'SCD_COLUMN',
]);

/** What judges all that is due. */
const WHOLE: ReadonlySet<string> = new Set([
  'apply-prod',
  'apply-dev',
  'apply-interrupted',
  'run',
  'restate',
]);

export async function live(
  first: ProjectSpec,
  steps: readonly Step[],
  oracle: Oracle,
  tally: Tally,
): Promise<void> {
  const one = new History(first, oracle, tally);
  await using project = one.project;
  await oracle.forget();
  await putForeign(project, first);
  for (const [number, step] of steps.entries()) {
    try {
      await one.step(step, `step ${number}: ${step.what} ${step.a} ${step.b}`);
    } catch (error) {
      if (KEEP !== undefined) cpSync(project.root, KEEP, { recursive: true, preserveTimestamps: true });
      throw error;
    }
  }
  // Now and then by the promise's own words, which also tells whether the oracle is right.
  const isAsked = steps.length % 8 === 0 || oracle.hasMends();
  if (isAsked && one.isSettled && one.isRepeatable) await one.expectAsFromNothing('in the end');
  expect(project.root).not.toBe('');
}

class History {
  readonly project: TestProject;
  spec: ProjectSpec;
  readonly #past: ProjectSpec[] = [];
  readonly #definitions = new Definitions();
  readonly #oracle: Oracle;
  readonly #tally: Tally;
  readonly #verdicts: Verdicts;
  #events = 0;
  #isApplied = false;
  /** Whether tables may hold rows of several definitions. */
  #isMixed = false;
  #stopAt = Number.POSITIVE_INFINITY;
  /** What was applied last, and came to its end: whoever applies the same again, does nothing. */
  #settled: { readonly environment: string; readonly meaning: string; readonly now: number } | undefined;

  constructor(spec: ProjectSpec, oracle: Oracle, tally: Tally) {
    this.spec = spec;
    this.#oracle = oracle;
    this.#tally = tally;
    this.#verdicts = new Verdicts(oracle);
    this.project = new TestProject(filesOf(spec), {
      jobs: 2,
      // Two at once wait for each other.
      lockTimeout: 60_000,
      observer: () => {
        this.#events += 1;
        if (this.#events === this.#stopAt) void this.project.workspace().then((w) => w.interrupt());
      },
    });
  }

  /** Whether what is in the files was applied. */
  get isSettled(): boolean {
    return this.#isApplied;
  }

  /** Whether a build from nothing comes to the same now, and not only to what would have come of it then. */
  get isRepeatable(): boolean {
    return (
      !this.#isMixed && !this.spec.models.some((m, i) => keepsRows(m.kind) || readsForeign(this.spec, i))
    );
  }

  async step(step: Step, where: string): Promise<void> {
    const { project } = this;
    this.#moveClock(step);
    const next = change(this.spec, step, this.#past, project.now);
    if (next !== this.spec) {
      this.#past.push(this.spec);
      rewrite(project, filesOf(this.spec), filesOf(next));
      if (next.foreign && next.b !== this.spec.b) {
        await putForeign(project, next);
        // Nobody tells that it moved: that is thought of it with each tick.
        project.now += 24 * HOUR;
      }
      this.spec = next;
      this.#isApplied = false;
      return;
    }
    try {
      this.#tally.add(`${step.what} ${await this.#act(step, where)}`);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const codes = new Set(error.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code));
      this.#tally.add(`${step.what} ${[...codes].join(' ')}`);
      for (const code of codes) {
        const isStopped = code === 'interrupted' && step.what === 'apply-interrupted';
        if (!EXPECTED_REFUSALS.has(code) && !isStopped)
          throw new Error(`${where}: ${code}: ${error.message}`, { cause: error });
      }
    } finally {
      this.#stopAt = Number.POSITIVE_INFINITY;
    }
  }

  #moveClock({ what, a, b }: Step): void {
    const { project } = this;
    if (what === 'run') project.now += (a % 4) * 9 * HOUR + (b % 20 === 0 ? 29 * 24 * HOUR : 0);
    else if (what.startsWith('apply') && a % 5 === 1) project.now += 26 * HOUR;
  }

  /** Answers what came of it. */
  async #act(step: Step, where: string): Promise<string> {
    const { project } = this;
    const environment =
      step.what === 'apply-dev' ||
      (step.what.startsWith('apply-') && step.what !== 'apply-prod' && step.b % 3 === 0)
        ? 'dev'
        : 'prod';
    if (isUpkeep(step)) {
      // What differs from the files is not promoted: half of the time it does not.
      if (step.what === 'promote' && step.b % 2 === 0) await this.#apply('dev', step, where);
      this.#settled = undefined;
      for (const name of ['prod', 'dev']) this.#verdicts.forget(name);
      try {
        const status = await upkeepStep(project, this.spec, step, this.#definitions, this.#oracle, where);
        // What dev passed goes before prod's readers, unasked; it is blocked as if it had been asked.
        if (step.what === 'promote' && status === 'done') await this.#judge('prod', undefined, true, where);
        return status;
      } finally {
        await this.#look(where);
      }
    }
    // Whatever is not a whole apply may leave out what is due.
    if (!WHOLE.has(step.what)) this.#verdicts.forget(environment);
    switch (step.what) {
      case 'replay':
      case 'replay-killed':
        return this.#replay(step.b % 4 === 0 ? 'dev' : 'prod', step, where);
      case 'unmend':
      case 'unmend-killed':
        return this.#unmend(step, where);
      case 'apply-failing':
        return this.#applyFailing(environment, step, where);
      case 'apply-killed':
        return this.#applyKilled(environment, step, where);
      case 'apply-together':
        return this.#leniently(() => this.#applyTogether(environment, where));
      case 'apply-selected':
        return this.#applySelected(environment, step, where);
      case 'apply-empty':
        return this.#applyEmpty(environment, step, where);
      case 'apply-interrupted':
        this.#stopAt = this.#events + 1 + (step.a % 20);
        return this.#apply(environment, step, where);
      default:
        return this.#apply(environment, step, where);
    }
  }

  async #apply(environment: string, step: Step, where: string): Promise<string> {
    const { project, spec } = this;
    let planned: PlanDocument | undefined;
    const confirm = async (plan: PlanDocument): Promise<boolean> => {
      planned = plan;
      return true;
    };
    const tables = spec.models.filter((m) => m.kind !== 'VIEW' && m.kind !== 'EMBEDDED');
    const model = tables[step.a % Math.max(1, tables.length)];
    const act = async (): Promise<ApplyDocument> => {
      switch (step.what) {
        case 'run':
          return project.run();
        case 'apply-limited':
          return project.apply(environment, {
            confirm,
            start: Date.UTC(2024, 0, 29),
            end: Date.UTC(2024, 0, 31),
          });
        case 'apply-forward-only':
          this.#isMixed = true;
          return project.apply(environment, {
            confirm,
            forwardOnly: true,
            allowDestructive: step.b % 2 === 0,
          });
        case 'restate':
          return project.apply(environment, {
            confirm,
            restate: model === undefined ? 'raw.a' : `m.${model.name}`,
            ...(step.b % 2 === 0 ? {} : { start: day(step.b), end: day(step.b) + 2 * 24 * HOUR }),
          });
        default:
          return project.apply(environment, { confirm });
      }
    };
    const judged = project.hasWarehouse() ? judgedModels(spec) : [];
    if (judged.length > 0) await this.#oracle.hold(project, environment, judged);
    const first = await act();
    if (stoppedBy(first).size > 0 && this.#definitions.sequence(environment) > 0)
      await this.#oracle.expectHeld(project, environment, judged, where);
    const applied =
      stoppedBy(first).size > 0 ? await this.#goOn(first, environment, step, act, where) : first;
    if (planned !== undefined) expectOnlyPlanned(applied, planned, where);
    if (applied.status === 'failed')
      throw new Error(`${where}: ${applied.diagnostics.map((d) => `${d.code}: ${d.message}`).join('; ')}`);
    if (applied.status === 'interrupted') {
      this.#settled = undefined;
      await this.#look(where);
      return applied.status;
    }
    // What a signal says no to stays missing, until an apply does not ask.
    const isAsked = step.what === 'run' && spec.models.some((m) => asksSignal(m));
    if (isAsked) this.#expectReady(applied, where);
    const isWhole = step.what !== 'apply-limited' && !isAsked;
    await this.#expectRight(environment, isWhole, applied, planned, step.what !== 'restate', where);
    return applied.status;
  }

  /** What standalone audits stopped is not shown; once they only warn, it is, and they find what they found. */
  async #goOn(
    stopped: ApplyDocument,
    environment: string,
    { what }: Step,
    act: () => Promise<ApplyDocument>,
    where: string,
  ): Promise<ApplyDocument> {
    this.#tally.add('(stopped by a standalone audit)');
    const sequence = this.#definitions.sequence(environment);
    expect(stopped.promoted, `${where}: what an audit stopped is not shown`).toBe(false);
    this.#settled = undefined;
    await this.#look(where);
    expect(this.#definitions.sequence(environment), `${where}: nothing is promoted`).toBe(sequence);
    const lenient = warning(this.spec);
    rewrite(this.project, filesOf(this.spec), filesOf(lenient));
    this.spec = lenient;
    const applied = await act();
    if (applied.status === 'done' && (what === 'apply-prod' || what === 'apply-dev')) {
      const found = new Map(applied.audits.map((a) => [a.audit, a.failing_rows]));
      for (const [name, rows] of stoppedBy(stopped))
        expect(found.get(name), `${where}: ${name} finds what it found`).toBe(rows);
    }
    return applied;
  }

  async #judge(
    environment: string,
    applied: ApplyDocument | undefined,
    isWhole: boolean,
    where: string,
  ): Promise<void> {
    const n = await this.#verdicts.judge(this.project, this.spec, environment, applied, isWhole, where);
    if (n > 0) this.#tally.add('(standalone audits judged)');
  }

  #expectReady(applied: ApplyDocument, where: string): void {
    for (const model of this.spec.models.filter((m) => asksSignal(m))) {
      const result = applied.results.find((r) => r.model === `m.${model.name}`);
      const units = (result?.intervals ?? []).flatMap((i) =>
        unitsOf(model, { start: Date.parse(i.start), end: Date.parse(i.end) }),
      );
      expect(
        units.filter((u) => !isReady(u.start)),
        `${where}: m.${model.name} waits for its signal`,
      ).toEqual([]);
    }
  }

  async #expectRight(
    environment: string,
    isWhole: boolean,
    applied: ApplyDocument,
    planned: PlanDocument | undefined,
    mayRest: boolean,
    where: string,
  ): Promise<void> {
    const { project, spec } = this;
    const meaning = JSON.stringify({
      ...spec,
      standalone: [],
      models: spec.models.map((m) => ({ ...m, style: 0 })),
    });
    const before = this.#settled;
    const isSame =
      before?.environment === environment && before.meaning === meaning && before.now === project.now;
    if (isSame && mayRest && isWhole) {
      this.#tally.add('(same meaning)');
      expect(applied.results, `${where}: what means the same is not built again`).toEqual([]);
    }
    this.#isApplied = isWhole && environment === 'prod';
    this.#settled = isWhole ? { environment, meaning, now: project.now } : undefined;
    await this.#check(environment, doneBy(applied, planned, isWhole), where);
    await this.#judge(environment, applied, isWhole, where);
    if (!isWhole) return;
    const again = await project.plan(environment);
    expect(again.actions, `${where}: a plan right after is empty`).toEqual([]);
    expect(again.audits, `${where}: no audit is left to run right after`).toEqual([]);
    expect(again.promotes, where).toBe(false);
  }

  /** With audits that stop nothing; what they found is judged by whole applies. */
  async #leniently<T>(work: () => Promise<T>): Promise<T> {
    const { project, spec } = this;
    const lenient = warning(spec);
    rewrite(project, filesOf(spec), filesOf(lenient));
    try {
      return await work();
    } finally {
      rewrite(project, filesOf(lenient), filesOf(spec));
    }
  }

  /** Tables that an environment shows of its last whole apply. */
  #tablesOf(environment: string): readonly string[] {
    const shown = this.#definitions.of(environment);
    if (shown === undefined || shown === 'mixed') return [];
    return shown.models.filter((m) => m.kind !== 'VIEW' && m.kind !== 'EMBEDDED').map((m) => `m.${m.name}`);
  }

  /** One model alone, or all that it stems from too: nothing else moves, and the latter are what a whole apply makes of them. */
  async #applySelected(environment: string, step: Step, where: string): Promise<string> {
    const { project, spec } = this;
    const position = step.a % Math.max(1, spec.models.length);
    const model = spec.models[position];
    if (model === undefined) return 'no models';
    const name = `m.${model.name}`;
    const withAll = step.b % 2 === 0;
    const selected = withAll ? upstreamOf(spec, position) : new Set([name]);
    const held = this.#tablesOf(environment).filter((m) => !selected.has(m));
    if (project.hasWarehouse()) await this.#oracle.hold(project, environment, held);
    this.#settled = undefined;
    this.#isApplied = false;
    let planned: PlanDocument | undefined;
    const applied = await this.#leniently(() =>
      project.apply(environment, {
        select: `${withAll ? '+' : ''}${name}`,
        confirm: async (plan) => {
          planned = plan;
          return true;
        },
      }),
    );
    if (applied.status === 'failed')
      throw new Error(`${where}: ${applied.diagnostics.map((d) => `${d.code}: ${d.message}`).join('; ')}`);
    if (planned !== undefined) expectOnlyPlanned(applied, planned, where);
    const views = new Set(spec.models.filter((m) => m.kind === 'VIEW').map((m) => `m.${m.name}`));
    expect(
      applied.results.map((r) => r.model).filter((m) => !selected.has(m) && !views.has(m)),
      `${where}: only what is selected is built`,
    ).toEqual([]);
    await this.#oracle.expectHeld(project, environment, held, where);
    await expectSound(project, where);
    if (withAll)
      await this.#oracle.check(project, spec, environment, doneBy(applied, planned, true), where, selected);
    else await this.#oracle.look(project, where);
    this.#definitions.note(this.#oracle.sequences, 'mixed');
    return applied.status;
  }

  /** No rows are computed: what stands stays, what is new is empty, and the next apply makes good what is missing. */
  async #applyEmpty(environment: string, step: Step, where: string): Promise<string> {
    const { project, spec } = this;
    const shown = this.#definitions.of(environment);
    const held =
      shown === undefined || shown === 'mixed'
        ? []
        : this.#tablesOf(environment).filter((m) => isDefinedAlike(m, shown, spec));
    if (project.hasWarehouse()) await this.#oracle.hold(project, environment, held);
    this.#settled = undefined;
    this.#isApplied = false;
    const applied = await this.#leniently(() =>
      project.apply(environment, { backfill: step.b % 2 === 0 ? 'skip' : 'empty' }),
    );
    if (applied.status === 'failed')
      throw new Error(`${where}: ${applied.diagnostics.map((d) => `${d.code}: ${d.message}`).join('; ')}`);
    if (project.hasWarehouse()) {
      await this.#oracle.expectHeld(project, environment, held, where);
      await this.#look(where);
    }
    return applied.status;
  }

  /** An apply that an audit stops; what is there stays as it was where the audit stands, and is mended later. */
  async #applyFailing(environment: string, step: Step, where: string): Promise<string> {
    const { project, spec } = this;
    const failing: ProjectSpec = {
      ...spec,
      models: spec.models.map((m, i) => (i === step.a % spec.models.length ? { ...m, audit: 'failing' } : m)),
    };
    const victim = spec.models[step.a % Math.max(1, spec.models.length)];
    const held = victim !== undefined && AT_ONCE.has(victim.kind) ? [`m.${victim.name}`] : [];
    const isThere = this.#definitions.sequence(environment) > 0;
    rewrite(project, filesOf(spec), filesOf(failing));
    try {
      if (isThere) await this.#oracle.hold(project, environment, held);
      this.#settled = undefined;
      const applied = await project.apply(environment);
      if (applied.status === 'failed') {
        expect(applied.promoted, `${where}: what failed is not shown`).toBe(false);
        if (isThere && applied.results.some((r) => r.model === held[0] && r.status === 'failed')) {
          this.#tally.add('(failed and held)');
          await this.#oracle.expectHeld(project, environment, held, where);
        }
      }
      await this.#look(where, failing);
      return applied.status;
    } finally {
      rewrite(project, filesOf(failing), filesOf(spec));
    }
  }

  /** `kill -9` in another process; the state is sound right after, and the next apply makes good what is left. */
  async #applyKilled(environment: string, step: Step, where: string): Promise<string> {
    const { project } = this;
    // Whatever cannot be planned is refused here too, and said as everywhere.
    await project.plan(environment);
    this.#settled = undefined;
    const { killed } = await child(project, 'apply', 1 + ((step.a * 7 + step.b) % 60), environment);
    await this.#look(where);
    return killed ? 'killed' : 'not reached';
  }

  /** Two processes apply the same at once: one does the work, the other waits and finds nothing to do. */
  async #applyTogether(environment: string, where: string): Promise<string> {
    const { project } = this;
    await project.plan(environment);
    this.#settled = undefined;
    let planned: PlanDocument | undefined;
    const confirm = async (plan: PlanDocument): Promise<boolean> => {
      planned = plan;
      return true;
    };
    const other = child(project, 'apply', undefined, environment);
    // Now the one begins, now the other.
    await new Promise((resolve) => setTimeout(resolve, (this.#events % 3) * 200));
    const [own, { output }] = await Promise.all([project.apply(environment, { confirm }), other]);
    const statuses = [own.status, output.split(' ')[0] ?? ''];
    expect(
      statuses.filter((s) => s === 'done').length <= 1 && statuses.includes('nothing-to-do'),
      `${where}: the work is done once: ${statuses.join(', ')}`,
    ).toBe(true);
    // What the other one wrote is seen, not told.
    if (own.status !== 'done') await this.#look(where);
    const done = own.status === 'done' ? doneBy(own, planned, true) : undefined;
    await this.#check(environment, done, where);
    const again = await project.plan(environment);
    expect(again.actions, `${where}: a plan right after is empty`).toEqual([]);
    return `${own.status} here`;
  }

  /** Diverted rows go back; whoever reads them follows with the next apply. */
  async #replay(environment: string, step: Step, where: string): Promise<string> {
    // Rows go into tables of today alone.
    if (step.a % 4 > 0) await this.#apply(environment, { ...step, what: 'apply-prod' }, where);
    const status = await replayStep(this.project, this.spec, step, environment, this.#oracle, where);
    // Also `done elsewhere`, by a process that was to be killed and came to its end first.
    if (status.startsWith('done') || status === 'killed') {
      this.#settled = undefined;
      this.#isApplied = false;
      await this.#look(where);
    }
    return status;
  }

  /** What was made of rows is taken back; every table that holds it follows with the next apply. */
  async #unmend(step: Step, where: string): Promise<string> {
    const status = await unmendStep(this.project, this.spec, step, this.#oracle, where);
    if (status !== 'done') return status;
    this.#settled = undefined;
    this.#isApplied = false;
    await this.#look(where);
    // Half of the time the next step finds it undone.
    if (step.a % 2 === 0) await this.#apply('prod', { ...step, what: 'apply-prod' }, where);
    return status;
  }

  /** `spec`: what was in the files. */
  async #look(where: string, spec: ProjectSpec = this.spec): Promise<void> {
    if (!this.project.hasWarehouse()) return;
    await expectSound(this.project, where);
    await this.#oracle.look(this.project, where);
    this.#definitions.note(this.#oracle.sequences, this.#isMixed ? 'mixed' : spec);
  }

  async #check(environment: string, done: Done | undefined, where: string): Promise<void> {
    // Without models nothing is written, and no warehouse made.
    if (!this.project.hasWarehouse()) return;
    await this.#oracle.check(this.project, this.spec, environment, done, where);
    this.#definitions.note(this.#oracle.sequences, this.#isMixed ? 'mixed' : this.spec);
  }

  async expectAsFromNothing(where: string): Promise<void> {
    const { project } = this;
    await using fresh = project.copy({ observer: () => undefined });
    await putForeign(fresh, this.spec);
    // Before rows go back, they may be missed.
    rewrite(fresh, filesOf(this.spec), filesOf({ ...this.spec, standalone: [] }));
    await fresh.build();
    const mended = await replayAll(fresh, this.spec, this.#oracle);
    expect(await project.shown('prod'), where).toEqual(await fresh.shown());
    if (mended > 0) this.#tally.add('(from nothing with mended rows)');
    this.#tally.add('(literally as from nothing)');
  }
}

/** The start of one of the first days. */
function day(n: number): number {
  return Date.UTC(2024, 0, 28 + (n % 5));
}

/** Whether a model and all that it stems from are the same in two projects, but for how they are written. */
function isDefinedAlike(name: string, one: ProjectSpec, other: ProjectSpec): boolean {
  const of = (spec: ProjectSpec): string => {
    const names = upstreamOf(
      spec,
      spec.models.findIndex((m) => `m.${m.name}` === name),
    );
    const models = spec.models.filter((m) => names.has(`m.${m.name}`)).map((m) => ({ ...m, style: 0 }));
    return JSON.stringify([spec.wide, models]);
  };
  return of(one) === of(other);
}

function doneBy(applied: ApplyDocument, planned: PlanDocument | undefined, isWhole: boolean): Done {
  const ranges = applied.results
    .filter((r) => r.status === 'done')
    .map(
      (r) =>
        [r.model, r.intervals.map((i) => ({ start: Date.parse(i.start), end: Date.parse(i.end) }))] as const,
    );
  const anew = (planned?.actions ?? []).filter((a) => a.reasons.some((r) => r.code === 'restated'));
  return { written: new Map(ranges), anew: new Set(anew.map((a) => a.model)), isWhole };
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
  const allowed = new Map(planned.actions.map((a) => [a.model, a.intervals]));
  const strangers = applied.results.map((r) => r.model).filter((m) => !allowed.has(m));
  expect(strangers, `${where}: nothing runs that the plan does not list`).toEqual([]);
  for (const { model, intervals } of applied.results) {
    const outside = intervals.filter(
      (i) => !(allowed.get(model) ?? []).some((p) => p.start <= i.start && i.end <= p.end),
    );
    expect(outside, `${where}: ${model} computes no interval that the plan does not list`).toEqual([]);
  }
}
