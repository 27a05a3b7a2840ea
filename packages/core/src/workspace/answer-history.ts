import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import {
  SCHEMA_VERSION,
  type HistoryDocument,
  type RunDocument,
  type RunSummaryDocument,
} from '../report/index.ts';
import { readModelRecords, readRuns, type RunRecord } from '../state/index.ts';
import { isoInstant } from '../time/index.ts';
import type { Answer } from '../workspace.ts';
import { checkEnvironmentName } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

const LIMIT = 20;

export async function answerHistory(
  w: OpenProject,
  { environment, limit = LIMIT }: { readonly environment?: string; readonly limit?: number } = {},
): Promise<Answer<HistoryDocument>> {
  if (environment !== undefined) checkEnvironmentName(environment);
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const only = environment === undefined ? {} : { environment };
    const runs = await readRuns(connection, { ...only, limit: limit + 1 });
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        runs: runs.slice(0, limit).map(toSummary),
        more: runs.length > limit,
      },
    };
  });
}

/** `run`: its name, or as much of its beginning as no other shares. */
export async function answerRunHistory(w: OpenProject, run: string): Promise<Answer<RunDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const all = await readRuns(connection);
    const exact = all.filter((r) => r.runId === run);
    const found = exact.length > 0 ? exact : all.filter((r) => r.runId.startsWith(run));
    const [only] = found;
    if (only === undefined || found.length > 1) throw unknownRun(run, found, all);
    const models = await readModelRecords(connection, only.runId);
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        ...toSummary(only),
        models: models.map((m) => ({
          model: m.model,
          action: m.action,
          status: m.status,
          rows: m.rows,
          diverted: m.diverted,
          seconds: m.seconds,
          error_code: m.errorCode,
          error: m.error,
          tasks: m.tasks.map((t) => ({
            task: t.task,
            interval:
              t.interval === undefined
                ? null
                : { start: isoInstant(t.interval.start), end: isoInstant(t.interval.end) },
            status: t.status,
            rows: t.rows,
            seconds: t.seconds,
            error_code: t.errorCode,
            error: t.error,
            sql: t.sql,
            sql_digest: t.digest === '' ? null : t.digest,
          })),
        })),
      },
    };
  });
}

function unknownRun(run: string, found: readonly RunRecord[], all: readonly RunRecord[]): SluiceError {
  const isMany = found.length > 1;
  return new SluiceError(
    diagnostic(
      'unknown-run',
      isMany ? `${found.length} runs begin with '${run}'` : `there is no run '${run}' in the history`,
      {
        hint: isMany
          ? `Say more of it: ${found
              .slice(0, 3)
              .map((r) => r.runId)
              .join(', ')}${found.length > 3 ? ', …' : ''}`
          : (didYouMean(
              run,
              all.map((r) => r.runId),
            ) ?? 'sluice history lists them; history: { days: … } says how long they are kept.'),
      },
    ),
  );
}

function toSummary(run: RunRecord): RunSummaryDocument {
  return {
    run: run.runId,
    command: run.command,
    environment: run.environment,
    tool: run.tool,
    status: run.status,
    started_at: isoInstant(run.startedAt),
    ended_at: run.endedAt === undefined ? null : isoInstant(run.endedAt),
    models_done: run.done,
    models_failed: run.failed,
    rows: run.rows,
    promotion:
      run.promotion === undefined
        ? null
        : { sequence: run.promotion.sequence, from: run.promotion.from ?? null },
  };
}
