import { diagnostic, hasErrors, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import {
  basisOf,
  buildPlan,
  estimateOf,
  expectedSeconds,
  SqlWriter,
  takenNames,
  type TakenName,
  toPlanDocument,
  type EstimateBasis,
  type Plan,
  type Explain,
  type PlannedNode,
  type PlanInput,
  type SignalAnswer,
} from '../plan/index.ts';
import type { EstimateDocument, PlanDocument } from '../report/index.ts';
import {
  readState,
  readTimings,
  type State,
  FingerprintNotRead,
  readFingerprints,
  readLeanState,
} from '../state/index.ts';
import { seedFiles } from '../source/index.ts';
import type { PlanOptions, RunOptions } from '../workspace.ts';
import { checkPlanOptions } from './check-plan-options.ts';
import { checkEnvironmentName } from './errors.ts';
import { fileStatuses } from './file-statuses.ts';
import type { CompiledProject } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';
import { selectModels } from './select-models.ts';

/** A plan in every form a command needs. */
export interface Prepared extends CompiledProject {
  readonly state: State;
  /** What the plan was made of. */
  readonly input: PlanInput;
  readonly plan: Plan;
  readonly writer: SqlWriter;
  readonly document: PlanDocument;
  /** How many seconds the work on each model will take, as far as its history tells. */
  readonly expected: Readonly<Record<string, number>>;
}

type PrepareOptions = PlanOptions &
  RunOptions & {
    readonly atOnce?: boolean;
    readonly explain?: Explain | undefined;
    /** Whether who asks can do without fingerprints in the state of a plan that has nothing to do. */
    readonly lean?: boolean;
  };

/** Reads what stands and decides what is to be done. */
export function prepare(
  w: OpenProject,
  compiled: CompiledProject,
  connection: Connection,
  environment: string,
  mode: 'plan' | 'run',
  options: PrepareOptions,
  now: number = w.now(),
): Promise<Prepared> {
  return timed(w, environment, async () => {
    const input = await readInput(w, compiled, connection, environment, mode, options, now);
    return decide(compiled, connection, input, options.explain);
  });
}

/** Decides again, of what was read: signals have said since what is ready. */
export function prepareAgain(
  w: OpenProject,
  { input, ...prepared }: Prepared,
  connection: Connection,
  signals: ReadonlyMap<string, SignalAnswer>,
): Promise<Prepared> {
  const compiled = { ...prepared, compiled: input.compiled };
  return timed(w, input.environment, () => decide(compiled, connection, { ...input, signals }));
}

function timed(w: OpenProject, environment: string, work: () => Promise<Prepared>): Promise<Prepared> {
  return w.tracer.span('plan', { 'sluice.environment': environment }, async (span) => {
    const prepared = await work();
    span.note({ 'sluice.actions': prepared.document.actions.length });
    return prepared;
  });
}

async function readInput(
  w: OpenProject,
  compiled: CompiledProject,
  connection: Connection,
  environment: string,
  mode: 'plan' | 'run',
  options: PrepareOptions,
  now: number,
): Promise<PlanInput> {
  checkEnvironmentName(environment);
  const state = await (options.lean === true ? readLeanState(connection) : readState(connection));
  const relations = await connection.relations();
  return {
    compiled: compiled.compiled,
    config: compiled.project.config,
    state,
    relations,
    files: await fileStatuses(
      w,
      compiled.compiled,
      connection,
      state,
      relations,
      // A plan that is shown or saved names the content of files; one that is done at once can learn it on the way.
      options.atOnce === true ? 'later' : 'now',
    ),
    environment,
    now,
    mode,
    ignoreCron: options.ignoreCron,
    ...(await limits(w, compiled, state, environment, options, now)),
  };
}

async function decide(
  compiled: CompiledProject,
  connection: Connection,
  input: PlanInput,
  explain?: Explain,
): Promise<Prepared> {
  const { state, mode } = input;
  const plan = await planWhenRead(input, connection);
  if (hasErrors(plan.diagnostics)) throw new SluiceError(plan.diagnostics);
  // Only who moves views has to know what they show.
  refuseTaken(plan, input, plan.promotes ? await connection.views() : new Map());
  const writer = new SqlWriter(plan, compiled.project, (texts) => compiled.binder.parse(texts));
  const around = [...writer.around('beforeAll').diagnostics, ...writer.around('afterAll').diagnostics];
  if (hasErrors(around)) throw new SluiceError(around);
  const basis = await estimateBasis(connection, plan);
  const estimate = (planned: PlannedNode): EstimateDocument | null =>
    basis === undefined ? null : estimateOf(planned, plan, state, basis);
  const document = await toPlanDocument(
    plan,
    compiled.project.config.name,
    writer,
    (planned) => loadText(connection, planned),
    mode === 'plan' && basis !== undefined ? estimate : undefined,
    explain,
  );
  const diagnostics = [...compiled.compiled.diagnostics, ...plan.diagnostics];
  const expected = Object.fromEntries(
    [...plan.nodes.values()].flatMap((planned) => {
      const { name } = planned.node;
      const seconds = expectedSeconds(planned, estimate(planned)?.rows ?? null, basis?.timings.get(name));
      return seconds === null ? [] : [[name, seconds]];
    }),
  );
  const compiledNow = { ...compiled, compiled: { ...compiled.compiled, diagnostics } };
  return { ...compiledNow, state, input, plan, writer, document, expected };
}

/** Plans again with the fingerprints where they are asked for, and reads them for a plan that is going to be done. */
async function planWhenRead(input: PlanInput, connection: Connection): Promise<Plan> {
  try {
    const plan = buildPlan(input);
    if (!isIdle(plan)) await readFingerprints(connection, input.state);
    return plan;
  } catch (error) {
    if (!(error instanceof FingerprintNotRead)) throw error;
    await readFingerprints(connection, input.state);
    return buildPlan(input);
  }
}

/** Whether nothing is to be computed, shown or judged. */
function isIdle({ nodes, promotes, audits, externalMoves, restatement }: Plan): boolean {
  const hasMore = promotes || audits.length > 0 || externalMoves.length > 0 || restatement !== undefined;
  return !hasMore && [...nodes.values()].every((n) => n.work === undefined && n.action === undefined);
}

/** By the patterns of the project, which say the same as the names of files in fewer words. */
function loadText(connection: Connection, { node, physical: target }: PlannedNode): string | undefined {
  const source =
    node.node === 'source'
      ? node.definition.origin
      : node.definition.kind.kind === 'SEED'
        ? seedFiles(node.definition.kind)
        : undefined;
  return source?.kind === 'file'
    ? connection.loadText({ source, paths: source.files, columns: node.columns, target })
    : undefined;
}

/** Asks the warehouse what it knows only where there is something to do: a plan without work stays as fast as it is. */
async function estimateBasis(connection: Connection, plan: Plan): Promise<EstimateBasis | undefined> {
  if (![...plan.nodes.values()].some((n) => n.work !== undefined)) return undefined;
  return basisOf(await connection.statistics(), await readTimings(connection));
}

/** What the options say about models and time. With a restatement, times limit that alone. */
async function limits(
  w: OpenProject,
  { compiled }: CompiledProject,
  state: State,
  environment: string,
  options: PlanOptions,
  now: number,
): Promise<Partial<PlanInput>> {
  checkPlanOptions(options, now);
  const { start, end, restate, select, allowDestructive, backfill } = options;
  const found = async (selection: string): Promise<{ selection: string; models: ReadonlySet<string> }> => ({
    selection,
    models: await selectModels(w, compiled, state, environment, selection),
  });
  const selected = {
    allowDestructive,
    backfill,
    ...(options.forwardOnly === true ? { forwardOnly: { effectiveFrom: options.effectiveFrom } } : {}),
    ...(select === undefined ? {} : { select: await found(select) }),
  };
  return restate === undefined
    ? { start, end, ...selected }
    : { restate: { ...(await found(restate)), start, end }, ...selected };
}

/** @throws {SluiceError} `name-taken` when a view would replace what is not this environment's own. */
export function refuseTaken(plan: Plan, input: PlanInput, views: Parameters<typeof takenNames>[2]): void {
  const taken = takenNames(plan, input, views);
  if (taken.length === 0) return;
  throw new SluiceError(
    taken.map((t) =>
      diagnostic('name-taken', whatIsTaken(t, plan.environment), { hint: whatToDo(t, plan.environment) }),
    ),
  );
}

function whatIsTaken({ relation, view, owner, isSluices }: TakenName, environment: string): string {
  if (owner === undefined && isSluices)
    return `the view ${view} shows a table of Sluice's, and the state of this warehouse does not know it`;
  if (owner === undefined) return `a ${relation} named ${view} exists already, and Sluice did not make it`;
  return owner === environment
    ? `a ${relation} that Sluice did not make stands where ${environment} has its view ${view}`
    : `the view ${view} belongs to the environment ${owner}`;
}

function whatToDo({ model, owner, isSluices }: TakenName, environment: string): string {
  if (owner === undefined && isSluices)
    return 'Was the schema _sluice dropped? Bring it back with sluice state import FILE, or drop the view to build anew.';
  const what = owner === environment ? 'Rename it or drop it' : `Rename it or the model ${model}`;
  return `${what}; Sluice never replaces what is not this environment's own.`;
}
