import { showAll } from '../apply/promote.ts';
import type { Compiled } from '../compile/index.ts';
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import { buildPlan, SqlWriter, type FileStatus, type PlanInput } from '../plan/index.ts';
import { physicalName } from '../plan/physical.ts';
import type { UpkeepDocument } from '../report/index.ts';
import {
  endRun,
  physicalKey,
  readLastRuns,
  readState,
  recordStandalone,
  startRun,
  type State,
} from '../state/index.ts';
import { auditsSeen, planPromotion, usedAt } from '../upkeep/index.ts';
import { VERSION } from '../version.ts';
import type { Answer, UpkeepOptions } from '../workspace.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import { checkEnvironmentName, knownEnvironment } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { refuseTaken } from './prepare.ts';
import { settle, standingOf } from './settle.ts';
import { withWarehouse } from './with-warehouse.ts';

/**
 * Promoting is planning for the target with the data that is loaded, at the time up to which either environment was brought
 * last: then a plan without work means that the tested tables are all that the target needs.
 */
export async function answerPromote(
  w: OpenProject,
  from: string,
  options: UpkeepOptions & { readonly to?: string } = {},
): Promise<Answer<UpkeepDocument>> {
  w.abort = new AbortController();
  const to = options.to ?? 'prod';
  checkEnvironmentName(to);
  if (from === to) {
    throw new SluiceError(
      diagnostic('invalid-option', `${from} cannot be promoted to itself`, {
        hint: 'Name another environment with --to.',
      }),
    );
  }
  const compiled = await compiledWithoutErrors(w);
  const how = { readOnly: options.dryRun === true, mustExist: true };
  return withWarehouse(w, compiled.project, how, async (connection) => {
    const state = await readState(connection);
    const tested = knownEnvironment(state, from);
    const target = state.environments.get(to);
    const lastRuns = await readLastRuns(connection);
    const standing = await standingOf(connection);
    const input: PlanInput = {
      compiled: compiled.compiled,
      config: compiled.project.config,
      state,
      relations: standing.relations,
      files: asLoaded(compiled.compiled, state),
      environment: to,
      now: Math.max(usedAt(tested, lastRuns), target === undefined ? 0 : usedAt(target, lastRuns)),
      mode: 'plan',
    };
    const plan = buildPlan(input);
    const writer = new SqlWriter(plan, compiled.project, (texts) => compiled.binder.parse(texts));
    const upkeep = planPromotion(state, standing, plan, writer, tested);
    refuseTaken(plan, input, standing.views);
    const document = await settle(w, connection, upkeep, options, async (run) => {
      // One transaction with its line in the history: whoever is killed has promoted all of it, or none.
      await connection.transaction(async () => {
        await startRun(connection, run, 'promote', to, VERSION);
        await showAll(connection, run, plan, writer, upkeep.from ?? undefined);
        await recordStandalone(connection, run, to, auditsSeen(state, plan));
        await endRun(connection, run, 'done', w.now());
      });
    });
    return { diagnostics: compiled.compiled.diagnostics, document };
  });
}

/** Sources as they were loaded last: what has come into files since is for the next apply or run. */
function asLoaded(compiled: Compiled, state: State): ReadonlyMap<string, FileStatus> {
  const found = new Map<string, FileStatus>();
  for (const node of compiled.nodes.values()) {
    if (node.node !== 'source' || node.definition.origin.kind !== 'file') continue;
    const files = state.loads.get(physicalKey(physicalName(node, [])))?.files ?? [];
    found.set(node.name, { status: 'unchanged', files });
  }
  return found;
}
