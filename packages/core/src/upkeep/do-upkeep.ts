import type { Connection } from '../engine/warehouse.ts';
import { id, ident, raw, sql, tableIdent, type TableName } from '../sql/quote.ts';
import {
  endRun,
  forgetEnvironment,
  forgetKept,
  forgetPromotions,
  forgetRelation,
  forgetRuns,
  notePending,
  physicalKey,
  recordPromotion,
  startRun,
  takeBackMends,
  type RunContext,
} from '../state/index.ts';
import { VERSION } from '../version.ts';
import { COMMANDS } from './commands.ts';
import type { Step, Upkeep } from './upkeep.ts';

/** Does what was shown: one transaction with its line in the history, seen whole or not at all. */
export async function doUpkeep(connection: Connection, run: RunContext, upkeep: Upkeep): Promise<void> {
  await connection.transaction(async () => {
    await startRun(connection, run, COMMANDS[upkeep.kind], upkeep.environment ?? '', VERSION);
    for (const step of upkeep.steps) await doStep(connection, run, upkeep, step);
    await endRun(connection, run, 'done', run.now);
  });
}

async function doStep(connection: Connection, run: RunContext, upkeep: Upkeep, step: Step): Promise<void> {
  switch (step.kind) {
    case 'keep':
      return;
    case 'drop-view':
      await connection.run(`DROP VIEW ${tableIdent(step.view)}`);
      return;
    case 'point-view':
      await connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(step.view.schema)}`);
      await connection.run(sql`CREATE OR REPLACE VIEW ${step.view} AS SELECT * FROM ${step.physical}`);
      await carryComments(connection, step.physical, step.view);
      return;
    case 'drop-relation':
      await connection.run(sql`DROP ${raw(step.relation === 'view' ? 'VIEW' : 'TABLE')} ${step.physical}`);
      await forgetRelation(connection, run, physicalKey(step.physical), step.isSource);
      return;
    case 'forget-relation':
      await forgetRelation(connection, run, step.key, step.isSource);
      return;
    case 'record-promotion':
      await recordPromotion(connection, run, step.environment, step.sequence, step.models, step.from);
      return;
    case 'forget-environment':
      await forgetEnvironment(connection, step.environment);
      // An environment that gc removes has a line of its own in the history.
      if (upkeep.environment === null) {
        const own = { ...run, runId: `${run.runId}-${step.environment}` };
        await startRun(connection, own, COMMANDS['env-drop'], step.environment, VERSION);
        await endRun(connection, own, 'done', run.now);
      }
      return;
    case 'forget-promotions':
      await forgetPromotions(connection, run, step.environment, step.sequences);
      return;
    case 'forget-runs':
      await forgetRuns(connection, step.runs);
      return;
    case 'forget-kept':
      await forgetKept(connection, step.filter);
      return;
    case 'take-back-mends':
      await takeBackMends(connection, step.filter);
      return;
    case 'compute-again':
      await notePending(connection, run, physicalKey(step.physical), step.entries, step.ranges);
      return;
    default:
      step satisfies never;
  }
}

/** Descriptions stand on physical relations too, so that a view has them without the files of then. */
async function carryComments(connection: Connection, from: TableName, view: TableName): Promise<void> {
  for (const [column, text] of await connection.comments(from)) {
    await connection.run(
      column === null
        ? sql`COMMENT ON VIEW ${view} IS ${text}`
        : sql`COMMENT ON COLUMN ${view}.${id(column)} IS ${text}`,
    );
  }
}
