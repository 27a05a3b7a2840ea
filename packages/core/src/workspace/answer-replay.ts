/**
 * What `sluice quarantine replay` answers: rows that audits diverted are put back, as they are or as somebody mended them, when they
 * pass today's audits. One transaction: mends, rows, ledger and history, or nothing.
 */
import { diverts } from '../apply/divert.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { nodeKey } from '../compile/index.ts';
import { countedRows, diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { PlannedNode } from '../plan/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type QuarantineReplayDocument } from '../report/index.ts';
import { divertedTables, ensureState, type KeptFilter, type State } from '../state/index.ts';
import { isAllTime, isoInstant } from '../time/index.ts';
import type { Answer, ReplayOptions } from '../workspace.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import { unknownModel } from './errors.ts';
import { readersOf } from './mended-ledger.ts';
import type { OpenProject } from './open-project.ts';
import { prepare, type Prepared } from './prepare.ts';
import { replayRows, type Replayed } from './replay-rows.ts';
import { replaySummary } from './replay-summary.ts';
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
        done = await replayRows(w, prepared, planned, connection, run, filter, from);
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
              `audit ${o.document.audit} of ${name} found ${countedRows(o.document.failing_rows)}`,
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
      summary: replaySummary({ name, environment, asked, merged, missing, readers, dryRun }),
    });
  });
}

/** Thrown to roll back what was only tried. */
class Undone extends Error {}

/** The model as the environment shows it, if that is what the project means today. */
function shownModel(
  { plan, state }: { readonly plan: Prepared['plan']; readonly state: State },
  environment: string,
  model: string,
): PlannedNode & { readonly node: CompiledModel } {
  const source = [...plan.nodes.values()].find(
    (n) => n.node.node === 'source' && nodeKey(n.node.name) === nodeKey(model),
  );
  if (source?.node.node === 'source') {
    throw new SluiceError(
      diagnostic(
        'cannot-replay',
        `${source.node.name} is a source: its lines that could not be read were never rows`,
        {
          location: source.node.definition.location,
          hint: `Mend the lines in their file, or declare their columns otherwise, and load it again: sluice apply ${environment}.`,
        },
      ),
    );
  }
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
