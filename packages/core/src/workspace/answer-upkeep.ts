import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { UpkeepDocument } from '../report/index.ts';
import { readLastRuns, readPromotions, readRuns, readState } from '../state/index.ts';
import { collectGarbage, dropEnvironment, rollBack } from '../upkeep/index.ts';
import type { Answer, UpkeepOptions } from '../workspace.ts';
import { knownEnvironment } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { answerUpkeep, standingOf } from './settle.ts';

export async function answerDropEnvironment(
  w: OpenProject,
  name: string,
  options: UpkeepOptions & { readonly allowDestructive?: boolean } = {},
): Promise<Answer<UpkeepDocument>> {
  return answerUpkeep(w, options, async (connection) => {
    const state = await readState(connection);
    const environment = knownEnvironment(state, name);
    if (name === 'prod' && options.allowDestructive !== true && options.dryRun !== true) {
      throw new SluiceError(
        diagnostic('destructive-step', 'prod was not dropped: its readers would find nothing', {
          hint: 'If that is what you want, say so with --allow-destructive.',
        }),
      );
    }
    return dropEnvironment(state, await standingOf(connection), environment, `part of ${name}`);
  });
}

export async function answerRollback(
  w: OpenProject,
  name: string,
  options: UpkeepOptions & { readonly to?: number } = {},
): Promise<Answer<UpkeepDocument>> {
  return answerUpkeep(w, options, async (connection) => {
    const state = await readState(connection);
    const environment = knownEnvironment(state, name);
    const promotions = await readPromotions(connection, name);
    return rollBack(state, await standingOf(connection), promotions, environment, options.to);
  });
}

export async function answerGc(
  w: OpenProject,
  options: UpkeepOptions & { readonly allowDestructive?: boolean } = {},
): Promise<Answer<UpkeepDocument>> {
  return answerUpkeep(w, options, async (connection, project) => {
    return collectGarbage({
      state: await readState(connection),
      standing: await standingOf(connection),
      promotions: await readPromotions(connection),
      runs: await readRuns(connection),
      lastRuns: await readLastRuns(connection),
      config: project.config,
      now: w.now(),
      allowDestructive: options.allowDestructive === true,
    });
  });
}
