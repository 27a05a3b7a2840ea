/** How every upkeep ends: shown, agreed to, done. */
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { Project } from '../project/index.ts';
import type { UpkeepDocument } from '../report/index.ts';
import { ensureState, type RunContext } from '../state/index.ts';
import { doUpkeep, isIdle, toUpkeepDocument, type Upkeep } from '../upkeep/index.ts';
import type { Answer, UpkeepOptions } from '../workspace.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

/** Shows and does; `act` is what doing means, when it is more than the steps. Answers what happened. */
export async function settle(
  w: OpenProject,
  connection: Connection,
  upkeep: Upkeep,
  { dryRun = false, confirm }: UpkeepOptions,
  act: (run: RunContext) => Promise<void> = (run) => doUpkeep(connection, run, upkeep),
): Promise<UpkeepDocument> {
  const shown = toUpkeepDocument(upkeep, null);
  if (dryRun || isIdle(upkeep)) return shown;
  if (confirm !== undefined && !(await confirm(shown)))
    throw new SluiceError(diagnostic('interrupted', 'nothing was changed'));
  if (w.abort.signal.aborted)
    throw new SluiceError(diagnostic('interrupted', 'stopped before anything was done'));
  await ensureState(connection);
  const run = w.newRun();
  await act(run);
  return toUpkeepDocument(upkeep, run.runId);
}

/** An upkeep that needs the project's settings alone, decided from what is in the warehouse. */
export async function answerUpkeep(
  w: OpenProject,
  options: UpkeepOptions,
  decide: (connection: Connection, project: Project) => Promise<Upkeep>,
): Promise<Answer<UpkeepDocument>> {
  w.abort = new AbortController();
  const { project } = await w.load();
  const how = { readOnly: options.dryRun === true, mustExist: true };
  return withWarehouse(w, project, how, async (connection) => {
    const upkeep = await decide(connection, project);
    return { diagnostics: [], document: await settle(w, connection, upkeep, options) };
  });
}

/** What stands in the warehouse. */
export async function standingOf(connection: Connection): Promise<{
  readonly relations: Awaited<ReturnType<Connection['relations']>>;
  readonly views: Awaited<ReturnType<Connection['views']>>;
}> {
  return { relations: await connection.relations(), views: await connection.views() };
}
