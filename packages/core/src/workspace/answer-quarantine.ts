/** What `sluice quarantine` answers. Reads and changes the state alone: the project need not compile. */
import { extname } from 'node:path';
import type { Column } from '../compile/compiled.ts';
import { nodeKey } from '../compile/index.ts';
import { countedRows, diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { parseSpan } from '../model/index.ts';
import type { Project } from '../project/index.ts';
import {
  SCHEMA_VERSION,
  type QuarantineDocument,
  type QuarantineExportDocument,
  type QuarantineRowsDocument,
  type UpkeepDocument,
} from '../report/index.ts';
import { keptRows, readKept, readState, stateVersion, type KeptFilter, type State } from '../state/index.ts';
import { isoInstant } from '../time/index.ts';
import { dropKept } from '../upkeep/index.ts';
import type { Answer, QuarantineOptions, UpkeepOptions } from '../workspace.ts';
import { unknownModel } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { rowFormat } from './row-format.ts';
import { settle } from './settle.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerQuarantine(
  w: OpenProject,
  options: QuarantineOptions = {},
): Promise<Answer<QuarantineDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const filter = await filterOf(connection, project, options);
    const groups = await readKept(connection, filter);
    const rows = groups.reduce((sum, g) => sum + g.rows, 0);
    const models = new Set(groups.map((g) => g.model)).size;
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        groups: groups.map((g) => ({
          kind: g.kind,
          model: g.model,
          audit: g.audit ?? null,
          severity: g.severity ?? null,
          reason: g.reason ?? null,
          keys: g.keys,
          run: g.runId,
          kept_at: isoInstant(g.keptAt),
          rows: g.rows,
          found: g.found ?? null,
          interval:
            g.interval === undefined
              ? null
              : { start: isoInstant(g.interval.start), end: isoInstant(g.interval.end) },
        })),
        summary:
          groups.length === 0
            ? 'Nothing is in quarantine.'
            : `${countedRows(rows)} of ${models === 1 ? '1 model' : `${models} models`} in quarantine.`,
      },
    };
  });
}

const SHOWN = 50;

export async function answerQuarantineRows(
  w: OpenProject,
  model: string,
  { limit = SHOWN, ...options }: Omit<QuarantineOptions, 'models'> & { readonly limit?: number } = {},
): Promise<Answer<QuarantineRowsDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const found = await rowsOf(connection, project, model, options);
    if (found === undefined) {
      const document = { schema_version: SCHEMA_VERSION, model, columns: [], rows: [], total: 0 } as const;
      return { diagnostics: [], document };
    }
    const { columns, rows } = await connection.query(`${found.query} LIMIT ${String(limit)}`);
    return {
      diagnostics: [],
      document: { schema_version: SCHEMA_VERSION, model: found.model, columns, rows, total: found.rows },
    };
  });
}

export async function answerExportQuarantine(
  w: OpenProject,
  model: string,
  file: string,
  options: Omit<QuarantineOptions, 'models'> = {},
): Promise<Answer<QuarantineExportDocument>> {
  const format = rowFormat(file);
  if (format === undefined) {
    throw new SluiceError(
      diagnostic('invalid-option', `rows cannot be written as '${extname(file)}'`, {
        hint: 'The end of the name says how: .parquet, .csv or .json.',
      }),
    );
  }
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const found = await rowsOf(connection, project, model, options);
    if (found === undefined || found.rows === 0) {
      throw new SluiceError(
        diagnostic('unknown-model', `nothing of ${found?.model ?? model} is in quarantine`, {
          hint: 'sluice quarantine list says what there is.',
        }),
      );
    }
    let rows: number;
    try {
      rows = await connection.exportRows(found.query, file, format);
    } catch (error) {
      const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
      throw new SluiceError(diagnostic('query-failed', `the rows could not be written: ${first}`));
    }
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        model: found.model,
        file,
        format,
        rows,
        summary: `Wrote ${countedRows(rows)} of ${found.model}.`,
      },
    };
  });
}

export async function answerDropQuarantine(
  w: OpenProject,
  options: UpkeepOptions & QuarantineOptions & { readonly olderThan?: string } = {},
): Promise<Answer<UpkeepDocument>> {
  w.abort = new AbortController();
  const { project } = await w.load();
  const before = options.olderThan === undefined ? undefined : w.now() - spanOf(options.olderThan);
  const how = { readOnly: options.dryRun === true, mustExist: true };
  return withWarehouse(w, project, how, async (connection) => {
    const filter: KeptFilter = {
      ...(await filterOf(connection, project, options)),
      ...(before === undefined ? {} : { before }),
    };
    const upkeep = dropKept(await readKept(connection, filter), filter);
    return { diagnostics: [], document: await settle(w, connection, upkeep, options) };
  });
}

function spanOf(text: string): number {
  const span = parseSpan(text);
  if (span !== undefined) return span;
  throw new SluiceError(
    diagnostic('invalid-option', `--older-than must be a length of time, not '${text}'`, {
      hint: "Write '7 days', or '36 hours'.",
    }),
  );
}

/** The query over one model's rows, with the columns it was last known to have. */
async function rowsOf(
  connection: Connection,
  project: Project,
  model: string,
  options: Omit<QuarantineOptions, 'models'>,
): Promise<{ readonly model: string; readonly query: string; readonly rows: number } | undefined> {
  const filter = await filterOf(connection, project, { ...options, models: [model] });
  if ((await stateVersion(connection)) === 0) return undefined;
  const [name = model] = filter.models;
  const columns = columnsOf(await readState(connection), name);
  return { model: name, ...(await keptRows(connection, filter, columns)) };
}

/** Models are known by the project, by the state, or by what is kept of them. */
async function filterOf(
  connection: Connection,
  project: Project,
  { models = [], audit, run }: QuarantineOptions,
): Promise<KeptFilter> {
  const rest = { ...(audit === undefined ? {} : { audit }), ...(run === undefined ? {} : { run }) };
  if (models.length === 0) return { models: [], ...rest };
  const state = await readState(connection);
  const names = new Map(
    [
      ...(await readKept(connection, { models: [] })).map((g) => g.model),
      ...[...state.snapshots.values()].map((s) => s.model),
      ...project.config.sources.map((s) => s.name),
      ...project.models.map((m) => m.name),
    ].map((name) => [nodeKey(name), name]),
  );
  const known = models.map((m) => {
    const name = names.get(nodeKey(m));
    if (name === undefined) throw unknownModel(m, [...names.values()]);
    return name;
  });
  return { models: known, ...rest };
}

/** Of the snapshot that was written last. */
function columnsOf(state: State, model: string): readonly Column[] {
  const last = [...state.snapshots.values()]
    .filter((s) => s.model === model)
    .toSorted((a, b) => (a.runId < b.runId ? 1 : -1))[0];
  if (last === undefined) return [];
  return last.fingerprint.table ?? last.fingerprint.columns.map(({ name, type }) => ({ name, type }));
}
