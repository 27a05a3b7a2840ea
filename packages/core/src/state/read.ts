import type { Connection, Row } from '../engine/warehouse.ts';
import { sql, type TableName } from '../sql/quote.ts';
import { BEGINNING, END } from '../time/index.ts';
import { readInputs } from './recorded-inputs.ts';
import { stateVersion } from './schema.ts';
import { readStandalone } from './standalone-audits.ts';
import {
  EMPTY_STATE,
  FingerprintNotRead,
  type EnvironmentState,
  type Fingerprint,
  type LedgerEntry,
  type LoadedFile,
  type PromotedModel,
  type PromotionOrigin,
  type Snapshot,
  type SourceLoad,
  type State,
} from './state.ts';

/** The properties of a fingerprint that have to be known of every table, as they stand in its JSON. */
const CARRIED = '"carried"';
const TABLE = '"table"';

/** Fingerprints of few tables have those; all others tell by their absence that they are not there. */
const TELLING = sql`CASE WHEN contains(fingerprint, ${CARRIED}) OR contains(fingerprint, ${TABLE}) THEN fingerprint END AS fingerprint`;

/** What a state was read without. They take more room than all other state, and where nothing changed nobody asks. */
const unread = new WeakMap<State, { texts: ReadonlyMap<string, string> | undefined }>();

/** Reads the whole state as one value. An empty warehouse has an empty state. */
export async function readState(connection: Connection): Promise<State> {
  return readWith(connection, 'fingerprint', (r) => {
    const told = text(r, 'fingerprint');
    return () => told;
  });
}

/** The same without fingerprints: until {@link readFingerprints} a look at one throws {@link FingerprintNotRead}. */
export async function readLeanState(connection: Connection): Promise<State> {
  const left: { texts: ReadonlyMap<string, string> | undefined } = { texts: undefined };
  const state = await readWith(connection, TELLING, (r) => {
    const told = r['fingerprint'] === null ? undefined : text(r, 'fingerprint');
    const physical = text(r, 'physical');
    return () => told ?? left.texts?.get(physical);
  });
  if (state !== EMPTY_STATE) unread.set(state, left);
  return state;
}

/** Reads what {@link readLeanState} left. */
export async function readFingerprints(connection: Connection, state: State): Promise<void> {
  const left = unread.get(state);
  if (left === undefined || left.texts !== undefined) return;
  const rows = await connection.rows('SELECT physical, fingerprint FROM _sluice.snapshot');
  left.texts = new Map(rows.map((r) => [text(r, 'physical'), text(r, 'fingerprint')]));
}

async function readWith(
  connection: Connection,
  fingerprint: string,
  fingerprintOf: (r: Row) => () => string | undefined,
): Promise<State> {
  const version = await stateVersion(connection);
  if (version === 0) return EMPTY_STATE;
  const snapshots = new Map<string, Snapshot>();
  for (const r of await connection.rows(
    `SELECT physical, physical_schema, physical_name, relation, model, version, kind, ${fingerprint}, audits, run_id,
     ${version < 2 ? 'FALSE' : 'dropped_at IS NOT NULL'} AS dropped FROM _sluice.snapshot`,
  )) {
    snapshots.set(text(r, 'physical'), readSnapshot(r, fingerprintOf(r)));
  }
  const ledger = new Map<string, LedgerEntry[]>();
  // Entries of tables that are gone are forgotten; their numbers are never given out again.
  const [highest] = await connection.rows("SELECT value FROM _sluice.meta WHERE key = 'sequence'");
  let sequence = Number(highest?.['value'] ?? 0);
  for (const r of await connection.rows(
    'SELECT physical, epoch_ms(start_at) AS s, epoch_ms(end_at) AS e, isfinite(start_at) AS sf, isfinite(end_at) AS ef,' +
      ' sequence, data_sequence, inputs, epoch_ms(done_at) AS d, isfinite(done_at) AS df FROM _sluice.ledger ORDER BY physical, start_at',
  )) {
    const entry = readEntry(r);
    sequence = Math.max(sequence, entry.sequence, entry.data);
    const key = text(r, 'physical');
    const entries = ledger.get(key);
    if (entries === undefined) ledger.set(key, [entry]);
    else entries.push(entry);
  }
  const loads = new Map<string, SourceLoad>();
  for (const r of await connection.rows(
    'SELECT physical, files, row_count, rejected_count FROM _sluice.source_load',
  )) {
    loads.set(text(r, 'physical'), {
      physical: text(r, 'physical'),
      files: JSON.parse(text(r, 'files')) as readonly LoadedFile[],
      rows: Number(r['row_count']),
      rejected: Number(r['rejected_count']),
    });
  }
  const environments = await readEnvironments(connection, version);
  const standalone = version < 5 ? EMPTY_STATE.standalone : await readStandalone(connection);
  return { sequence, snapshots, ledger, loads, environments, standalone };
}

async function readEnvironments(
  connection: Connection,
  version: number,
): Promise<ReadonlyMap<string, EnvironmentState>> {
  const found = new Map<string, EnvironmentState & { readonly models: Map<string, PromotedModel> }>();
  for (const r of await connection.rows(
    `SELECT environment, sequence, epoch_ms(promoted_at) AS at, run_id, ${originColumns(version)} FROM _sluice.promotion
     QUALIFY row_number() OVER (PARTITION BY environment ORDER BY sequence DESC) = 1 ORDER BY environment`,
  )) {
    const name = text(r, 'environment');
    found.set(name, {
      name,
      sequence: Number(r['sequence']),
      promotedAt: Number(r['at']),
      runId: text(r, 'run_id'),
      from: readOrigin(r),
      models: new Map(),
    });
  }
  for (const r of await connection.rows(
    `SELECT environment, ${promotedColumns(version)} FROM _sluice.promoted_model SEMI JOIN (SELECT environment, max(sequence) AS sequence FROM _sluice.promotion GROUP BY ALL) USING (environment, sequence) ORDER BY model`,
  )) {
    const shown = readPromoted(r);
    found.get(text(r, 'environment'))?.models.set(shown.model, shown);
  }
  return found;
}

/** The columns of a promotion's origin, which the first version did not know. */
export function originColumns(version: number): string {
  return version < 2 ? 'NULL AS from_environment, NULL AS from_sequence' : 'from_environment, from_sequence';
}

export function readOrigin(r: Row): PromotionOrigin | undefined {
  return r['from_environment'] === null
    ? undefined
    : { environment: text(r, 'from_environment'), sequence: Number(r['from_sequence']) };
}

/** The columns of a model that was promoted; of views that were made anew the first versions did not know. */
export function promotedColumns(version: number): string {
  return `model, physical, view_schema, view_name, ${version < 8 ? 'NULL AS ' : ''}remade`;
}

export function readPromoted(r: Row): PromotedModel {
  const view: TableName = { schema: text(r, 'view_schema'), name: text(r, 'view_name') };
  const shown = { model: text(r, 'model'), physical: text(r, 'physical'), view };
  return r['remade'] === true ? { ...shown, remade: true } : shown;
}

function readSnapshot(r: Row, fingerprint: () => string | undefined): Snapshot {
  // Only what changed is ever explained, so most fingerprints are never looked at.
  const read = (): Fingerprint => {
    const known = fingerprint();
    if (known === undefined) throw new FingerprintNotRead();
    return JSON.parse(known) as Fingerprint;
  };
  const has = (property: string): boolean => fingerprint()?.includes(property) === true;
  return {
    model: text(r, 'model'),
    version: text(r, 'version'),
    physical: { schema: text(r, 'physical_schema'), name: text(r, 'physical_name') },
    relation: r['relation'] === 'view' ? 'view' : 'table',
    kind: text(r, 'kind'),
    audits: text(r, 'audits'),
    runId: text(r, 'run_id'),
    dropped: r['dropped'] === true,
    get fingerprint() {
      return read();
    },
    get table() {
      return has(TABLE) ? read().table : undefined;
    },
    get carried() {
      return has(CARRIED) ? read().carried : undefined;
    },
  };
}

function readEntry(r: Row): LedgerEntry {
  return {
    start: r['sf'] === true ? Number(r['s']) : BEGINNING,
    end: r['ef'] === true ? Number(r['e']) : END,
    sequence: Number(r['sequence']),
    data: Number(r['data_sequence']),
    inputs: readInputs(text(r, 'inputs')),
    doneAt: r['df'] === true ? Number(r['d']) : BEGINNING,
  };
}

function text(row: Row, column: string): string {
  return String(row[column]);
}
