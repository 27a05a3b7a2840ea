/**
 * What `sluice quarantine replay` answers: rows that audits diverted are put back, as they are or as somebody mended them, when they
 * pass today's audits. One transaction: mends, rows, ledger and history, or nothing.
 */
import { nodeDiagnostics } from '../apply/node-diagnostics.ts';
import { AuditFailed } from '../apply/failure.ts';
import { runAudit, type AuditOutcome } from '../apply/audits.ts';
import { diverts } from '../apply/divert.ts';
import { mend, mendedTable, type Mending } from '../apply/mend.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { nodeKey } from '../compile/index.ts';
import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type QuarantineReplayDocument } from '../report/index.ts';
import {
  divertedTables,
  endRun,
  ensureState,
  forgetRefused,
  mendAsIs,
  numberDiverted,
  recordAudits,
  startRun,
  type KeptFilter,
  type RunContext,
  type State,
} from '../state/index.ts';
import { ALL_TIME, isAllTime, isoInstant, type TimeRange } from '../time/index.ts';
import { VERSION } from '../version.ts';
import type { Answer, ReplayOptions } from '../workspace.ts';
import { unknownModel } from './errors.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import { mendGiven } from './mend-given.ts';
import { enterMended, readersOf } from './mended-ledger.ts';
import type { OpenProject } from './open-project.ts';
import { prepare, type Prepared } from './prepare.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerReplay(
  w: OpenProject,
  model: string,
  { environment = 'prod', from, audit, run: ofRun, dryRun = false }: ReplayOptions = {},
): Promise<Answer<QuarantineReplayDocument>> {
  w.abort = new AbortController();
  const compiled = await compiledWithoutErrors(w);
  return withWarehouse(w, compiled.project, { readOnly: false, mustExist: true }, async (connection) => {
    const prepared = await prepare(w, compiled, connection, environment, 'plan', { atOnce: true });
    const planned = shownModel(prepared, environment, model);
    const { name } = planned.node;
    const filter: KeptFilter = {
      models: [name],
      ...(audit === undefined ? {} : { audit }),
      ...(ofRun === undefined ? {} : { run: ofRun }),
    };
    const idle = {
      model: name,
      environment,
      run: null,
      status: 'nothing-to-do' as const,
      rows: 0,
      missing: 0,
    };
    const tables = await divertedTables(connection);
    if (!diverts(planned) || !tables.some((t) => t.name === planned.key))
      return answer({ ...idle, summary: `Nothing was diverted from ${name} in ${environment}.` });
    await ensureState(connection);
    const run = w.newRun();
    let done: Replayed | undefined;
    try {
      await connection.transaction(async () => {
        done = await replay(w, prepared, planned, connection, run, filter, from);
        if (dryRun || done.mending.merged === 0) throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
    if (done === undefined) throw new Error('a transaction without an outcome');
    const { asked, missing, mending, outcomes } = done;
    const { merged, touched } = mending;
    const readers = merged === 0 ? [] : readersOf(prepared, name);
    const refused = [...mending.refused].map(([why, rows]) => ({
      reason: why === 'time' ? 'its time is in another interval' : why.audit.call.text,
      rows,
    }));
    const warnings = outcomes.flatMap((o): readonly Diagnostic[] =>
      o.document.status === 'failed'
        ? [
            diagnostic(
              'audit-warning',
              `audit ${o.document.audit} of ${name} found ${count(o.document.failing_rows)}`,
              {
                location: o.bound.audit.call.location,
              },
            ),
          ]
        : [],
    );
    return answer({
      ...idle,
      run: dryRun || merged === 0 ? null : run.runId,
      status: merged === 0 ? 'nothing-to-do' : dryRun ? 'planned' : 'done',
      rows: asked,
      merged,
      missing,
      refused,
      intervals: touched
        .filter((r) => !isAllTime(r))
        .map((r) => ({ start: isoInstant(r.start), end: isoInstant(r.end) })),
      readers,
      audits: outcomes.map((o) => o.document),
      warnings,
      summary: summaryOf({ name, environment, asked, merged, missing, readers, dryRun }),
    });
  });
}

/** Thrown to roll back what was only tried. */
class Undone extends Error {}

interface Replayed {
  /** Rows in quarantine that were asked for. */
  readonly asked: number;
  /** Rows of the file that are not there. */
  readonly missing: number;
  readonly mending: Mending;
  readonly outcomes: readonly AuditOutcome[];
}

/** Runs inside the caller's transaction. */
async function replay(
  w: OpenProject,
  prepared: Prepared,
  planned: PlannedNode & { readonly node: CompiledModel },
  connection: Connection,
  run: RunContext,
  filter: KeptFilter,
  from: string | undefined,
): Promise<Replayed> {
  const table = mendedTable(planned);
  await startRun(connection, run, 'quarantine replay', prepared.plan.environment, VERSION);
  await numberDiverted(connection, planned.key, planned.columns);
  const { asked, missing } =
    from === undefined
      ? { asked: await mendAsIs(connection, run, table, filter), missing: 0 }
      : await mendGiven(connection, run, table, from, filter);
  const standing = prepared.state.ledger.get(planned.key) ?? [];
  const whole = standing.length === 0 || standing.some(isAllTime);
  const ranges: readonly TimeRange[] = whole
    ? [ALL_TIME]
    : [{ start: standing[0]?.start ?? 0, end: standing.at(-1)?.end ?? 0 }];
  const mending = await mend(prepared.writer, planned, planned.node, ranges, connection);
  await forgetRefused(connection, run, table);
  const outcomes: AuditOutcome[] = [];
  if (mending.merged > 0) {
    outcomes.push(...(await auditAgain(w, prepared, planned, connection, mending.touched, run)));
    await recordAudits(
      connection,
      run,
      outcomes.map((o) => o.record),
    );
    await enterMended(connection, run, prepared.state, planned, mending.touched);
  }
  await endRun(connection, run, 'done', w.now());
  return { asked, missing, mending, outcomes };
}

/** The audits that do not divert, over what was touched. @throws {SluiceError} when one that blocks fails. */
async function auditAgain(
  w: OpenProject,
  prepared: Prepared,
  planned: PlannedNode & { readonly node: CompiledModel },
  connection: Connection,
  touched: readonly TimeRange[],
  run: RunContext,
): Promise<readonly AuditOutcome[]> {
  const outcomes: AuditOutcome[] = [];
  const [only, ...more] = touched;
  const range = more.length > 0 ? ALL_TIME : (only ?? ALL_TIME);
  for (const bound of planned.node.audits) {
    if (bound.audit.severity === 'quarantine') continue;
    const outcome = await runAudit(connection, prepared.writer, planned, bound, range, 0);
    outcomes.push(outcome);
    w.observer({ kind: 'audit-finished', result: outcome.document });
    if (outcome.document.status === 'error') break;
  }
  const bad = outcomes.find(
    (o) =>
      o.document.status === 'error' || (o.document.status === 'failed' && o.document.severity === 'block'),
  );
  if (bad === undefined) return outcomes;
  throw new SluiceError(
    nodeDiagnostics(planned, new AuditFailed(bad.bound), outcomes, run.runId).map((d) => ({
      ...d,
      hint: 'With the mended rows beside it the table would fail this audit. Nothing was changed; replay fewer rows, or mend them otherwise.',
    })),
  );
}

/** The model as the environment shows it, if that is what the project means today. */
function shownModel(
  { plan, state }: { readonly plan: Prepared['plan']; readonly state: State },
  environment: string,
  model: string,
): PlannedNode & { readonly node: CompiledModel } {
  const models = [...plan.nodes.values()].filter((n) => n.node.node === 'model');
  const planned = models.find((n) => nodeKey(n.node.name) === nodeKey(model));
  if (planned === undefined)
    throw unknownModel(
      model,
      models.map((n) => n.node.name),
    );
  const shown = state.environments.get(environment)?.models.get(planned.node.name);
  if (planned.node.node !== 'model' || planned.fresh || shown?.physical !== planned.key) {
    throw new SluiceError(
      diagnostic('replay-moved', `${environment} does not show ${planned.node.name} as the project has it`, {
        location: planned.node.node === 'model' ? planned.node.definition.nameLocation : undefined,
        hint: `Rows go back when they pass today's audits, so the table has to be today's: sluice apply ${environment}. That also diverts anew.`,
      }),
    );
  }
  return { ...planned, node: planned.node };
}

function summaryOf(about: {
  readonly name: string;
  readonly environment: string;
  readonly asked: number;
  readonly merged: number;
  readonly missing: number;
  readonly readers: readonly string[];
  readonly dryRun: boolean;
}): string {
  const { name, environment, asked, merged, missing, readers, dryRun } = about;
  const gone =
    missing === 0 ? '' : ` ${count(missing)} of the file ${missing === 1 ? 'is' : 'are'} not in quarantine.`;
  if (asked === 0)
    return missing === 0 ? `Nothing of ${name} is in quarantine.` : `Nothing was merged.${gone}`;
  const left = asked - merged;
  const stays =
    left === 0 ? '' : ` ${count(left)} ${left === 1 ? 'does' : 'do'} not pass and stay in quarantine.`;
  if (merged === 0) return `Nothing was merged.${stays}${gone}`;
  const verb = dryRun ? 'would go' : 'went';
  const more =
    readers.length === 0 || dryRun
      ? ''
      : ` ${readers.length === 1 ? '1 model that reads it follows' : `${readers.length} models that read it follow`} with: sluice run${environment === 'prod' ? '' : ` ${environment}`}`;
  return `${count(merged)} ${verb} into ${name}.${stays}${gone}${more}`;
}

function count(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}

function answer(
  found: Pick<
    QuarantineReplayDocument,
    'model' | 'environment' | 'run' | 'status' | 'rows' | 'missing' | 'summary'
  > &
    Partial<Pick<QuarantineReplayDocument, 'merged' | 'refused' | 'intervals' | 'readers' | 'audits'>> & {
      readonly warnings?: readonly Diagnostic[];
    },
): Answer<QuarantineReplayDocument> {
  const { warnings = [], ...rest } = found;
  return {
    diagnostics: warnings,
    document: {
      schema_version: SCHEMA_VERSION,
      merged: 0,
      refused: [],
      intervals: [],
      readers: [],
      audits: [],
      ...rest,
      diagnostics: warnings.map(toDiagnosticDocument),
    },
  };
}
