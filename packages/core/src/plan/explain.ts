import type { CompiledNode } from '../compile/compiled.ts';
import type { ColumnDocument, ReasonDocument } from '../report/index.ts';
import type { TableName } from '../sql/quote.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import type { Fingerprint, LoadedFile, Snapshot } from '../state/state.ts';
import { countUnits, formatInstant, isAllTime, type IntervalUnit, type TimeRange } from '../time/index.ts';
import { changedClauses } from './changed-clauses.ts';
import { embeddedParts } from './embedded-parts.ts';
import { seenInputs, type SeenInputs } from './seen-inputs.ts';
import type { Action } from './planned.ts';

/** Why something happens, in the words that plans, reports and docs share. */
export const reason = {
  newModel: (node: CompiledNode): ReasonDocument => ({
    code: 'new_model',
    message: node.node === 'source' ? 'new source' : 'new model',
  }),
  filesChanged: (files: readonly LoadedFile[], changed: readonly TimeRange[]): ReasonDocument => ({
    code: 'files_changed',
    message: `${files.length === 1 ? (files[0]?.path ?? 'the file') : `${files.length} files`} changed${where(changed)}`,
  }),
  sourceSwitched: (): ReasonDocument => ({
    code: 'files_changed',
    message: 'other rows were loaded since under another declaration',
  }),
  inputsMoved: (models: readonly string[]): ReasonDocument => ({
    code: 'inputs_moved',
    message: `new data in ${models.toSorted().join(', ')}`,
  }),
  clock: (): ReasonDocument => ({ code: 'clock', message: 'depends on the clock, and its cron ticked' }),
  missingIntervals: (ranges: readonly TimeRange[], unit: IntervalUnit): ReasonDocument => ({
    code: 'missing_intervals',
    message: `${countedIntervals(ranges, unit)} not computed yet`,
  }),
  notComputed: (): ReasonDocument => ({
    code: 'not_computed',
    message: 'its rows have not been computed yet',
  }),
  rowsSkipped: (): ReasonDocument => ({
    code: 'rows_skipped',
    message: 'no rows are computed now; a later plan or run does that',
  }),
  restated: (isPending: boolean): ReasonDocument => ({
    code: 'restated',
    message: isPending
      ? 'computing it again was asked for before, and has yet to be done'
      : 'its restatement is asked for',
  }),
  autoRestatement: (): ReasonDocument => ({
    code: 'auto_restatement',
    message: 'its auto_restatement_cron ticked',
  }),
  anew: (): ReasonDocument => ({
    code: 'anew',
    message: 'its rows build on those before, so all are computed again, in order',
  }),
  keepsHistory: (kind: string): ReasonDocument => ({
    code: 'keeps_history',
    message: `${kind} keeps what its inputs no longer hold`,
  }),
  carriedOver: (): ReasonDocument => ({
    code: 'carried_over',
    message: 'its rows are carried over; the new definition counts for new ones',
  }),
  effectiveFrom: (ranges: readonly TimeRange[]): ReasonDocument => ({
    code: 'effective_from',
    message: `from ${formatInstant(ranges[0]?.start ?? 0)} on its rows are computed by the new definition`,
  }),
  effectiveNowhere: (isAppended: boolean): ReasonDocument => ({
    code: 'effective_nowhere',
    message: isAppended
      ? 'what it appended stays: --effective-from does not matter to it'
      : 'it has no intervals: --effective-from does not matter to it',
  }),
  startsOver: (): ReasonDocument => ({
    code: 'starts_over',
    message:
      'its kind or key changed, so that its history starts over; the old table stays until it is collected',
  }),
  alreadyBuilt: (): ReasonDocument => ({ code: 'already_built', message: 'its table is built already' }),
  tableMissing: (key: string): ReasonDocument => ({
    code: 'table_missing',
    message: `its table ${key} is gone`,
  }),
  viewMissing: (view: TableName): ReasonDocument => ({
    code: 'view_missing',
    message: `the view ${view.schema}.${view.name} is gone`,
  }),
  inputsRebound: (inputs: readonly string[]): ReasonDocument => ({
    code: 'inputs_rebound',
    message: inputs.length === 0 ? 'reads other tables now' : `reads the new ${inputs.toSorted().join(', ')}`,
  }),
  newAudit: (): ReasonDocument => ({ code: 'new_audit', message: 'it has not run here yet' }),
  auditChanged: (): ReasonDocument => ({ code: 'audit_changed', message: 'it changed' }),
  auditInputsMoved: (models: readonly string[]): ReasonDocument => ({
    code: 'inputs_moved',
    message: `new data or definitions in ${models.toSorted().join(', ')}`,
  }),
  auditsChanged: (): ReasonDocument => ({ code: 'audits_changed', message: 'its audits changed' }),
  removed: (declared: boolean): ReasonDocument => ({
    code: 'removed',
    message: declared ? 'no longer has rows of its own' : 'no longer in the project',
  }),
} as const;

export const NO_COLUMN_CHANGES: Action['columns'] = { added: [], removed: [], retyped: [] };

/** How a model's meaning differs from that of a snapshot. */
export interface ChangedMeaning {
  readonly reasons: readonly ReasonDocument[];
  readonly columns: Action['columns'];
  /** Lower-case names of columns that no longer mean what they meant. */
  readonly changedColumns: ReadonlySet<string>;
  readonly rowsChanged: boolean;
}

/**
 * Compares a node with its snapshot, column by column. A change of its own is told by its columns; a change that only
 * came from above by the input's columns it reads.
 */
export function compareMeaning(
  old: Snapshot | undefined,
  node: CompiledNode,
  upstream: ReadonlyMap<string, ChangedMeaning>,
  nodes: ReadonlyMap<string, CompiledNode>,
): ChangedMeaning {
  const embedded = embeddedParts(node, nodes);
  const own = { ...fingerprintOf(node), ...(embedded === undefined ? {} : { embedded }) };
  const changed = compareFingerprints(old?.fingerprint, own, seenInputs(node, nodes), upstream);
  if (node.node === 'source' || !node.audits.some((a) => a.audit.severity === 'quarantine')) return changed;
  const message = 'rows: an audit diverts some, which are kept and mended whole, so that every column counts';
  const reasons = changed.reasons.map((r) => (r.message === SELECTED_ROWS ? { ...r, message } : r));
  return { ...changed, reasons };
}

/** Where no clause changed: what is selected decides which rows there are, as with DISTINCT. */
const SELECTED_ROWS = 'rows: changed with what is selected';

/** The same for two meanings, whoever keeps them. `seen`: what the newer one reads. */
export function compareFingerprints(
  old: Fingerprint | undefined,
  own: Fingerprint,
  seen: SeenInputs,
  upstream: ReadonlyMap<string, ChangedMeaning>,
): ChangedMeaning {
  if (old === undefined) {
    return {
      reasons: [{ code: 'definition_changed', message: 'its definition changed' }],
      columns: NO_COLUMN_CHANGES,
      changedColumns: new Set(),
      rowsChanged: true,
    };
  }
  const before = new Map(old.columns.map((c) => [c.name.toLowerCase(), c]));
  const after = new Map(own.columns.map((c) => [c.name.toLowerCase(), c]));
  const added: ColumnDocument[] = [];
  const removed: ColumnDocument[] = [];
  const retyped: { name: string; from: string; to: string }[] = [];
  const recomputed: string[] = [];
  for (const [key, column] of after) {
    const was = before.get(key);
    if (was === undefined) added.push({ name: column.name, type: column.type });
    else if (was.type !== column.type) retyped.push({ name: column.name, from: was.type, to: column.type });
    else if (was.hash !== column.hash) recomputed.push(column.name);
  }
  for (const [key, column] of before)
    if (!after.has(key)) removed.push({ name: column.name, type: column.type });

  const rowsChanged = old.rows !== own.rows;
  const textChanged = old.sql !== own.sql;
  const kindChanged = JSON.stringify(old.kind) !== JSON.stringify(own.kind);
  const fromAbove = [...upstreamReasons(seen, upstream), ...partReasons(old, own)];

  const reasons: ReasonDocument[] = [];
  if (kindChanged) reasons.push({ code: 'kind_changed', message: kindChange(old.kind, own.kind) });
  for (const c of added) reasons.push({ code: 'column_added', message: `${c.name}: added`, column: c.name });
  for (const c of removed)
    reasons.push({ code: 'column_removed', message: `${c.name}: removed`, column: c.name });
  for (const c of retyped) {
    reasons.push({ code: 'column_retyped', message: `${c.name}: ${c.from} became ${c.to}`, column: c.name });
  }
  const isOutside = old.sql !== null && !textChanged && !kindChanged && fromAbove.length === 0;
  if (isOutside && (recomputed.length > 0 || rowsChanged))
    reasons.push({
      code: 'definition_changed',
      message: outsideChange(old, own, doubtfulParts(old, own, seen.embedded)),
    });
  else if (textChanged || fromAbove.length === 0) {
    for (const name of recomputed) {
      reasons.push({ code: 'column_changed', message: `${name}: expression changed`, column: name });
    }
    if (rowsChanged)
      reasons.push({ code: 'rows_changed', message: rowsChange(old.sql ?? '', own.sql ?? '') });
  }
  if (textChanged)
    for (const name of changedSettings(old, own))
      if (isVariable(name))
        reasons.push({ code: 'definition_changed', message: settingChange(name, old, own) });
  reasons.push(...fromAbove);
  if (reasons.length === 0) {
    const order = [...before.keys()].join('\n') === [...after.keys()].join('\n');
    const message = !order
      ? 'its columns are in another order'
      : textChanged
        ? 'its definition changed'
        : 'its statements before or after the query changed';
    reasons.push({ code: 'definition_changed', message });
  }
  return {
    reasons,
    columns: { added, removed, retyped },
    changedColumns: new Set(
      [...added, ...removed, ...retyped]
        .map((c) => c.name.toLowerCase())
        .concat(recomputed.map((n) => n.toLowerCase())),
    ),
    rowsChanged,
  };
}

/** Which clauses make other rows, as far as the texts tell. */
function rowsChange(old: string, now: string): string {
  const clauses = changedClauses(old, now);
  const last = clauses.at(-1);
  if (last === undefined) return SELECTED_ROWS;
  const others = clauses.slice(0, -1);
  return `rows: ${others.length === 0 ? last : `${others.join(', ')} and ${last}`} changed`;
}

function kindChange(old: Fingerprint['kind'], now: Fingerprint['kind']): string {
  const [was, is] = [old['kind'], now['kind']];
  if (was !== is) return `kind: ${String(was)} became ${String(is)}`;
  const [was_, is_] = [old['time_column'], now['time_column']];
  return was_ === is_
    ? `kind: a property of ${String(is)} that decides over its rows changed`
    : `kind: time_column ${String(was_)} became ${String(is_)}`;
}

/** The query is what it was, and so is all it reads. */
function outsideChange(old: Fingerprint, own: Fingerprint, embedded: readonly string[]): string {
  const same = 'its query is what it was';
  if (old.scheme !== own.scheme) return `${same}: this Sluice tells versions by other rules`;
  const settings = changedSettings(old, own).map((name) => settingChange(name, old, own));
  if (settings.length > 0) return `${same}: ${settings.join(', ')}`;
  const parts = embedded.map((name) => `${name}, which is part of it, `).join('');
  const around = `${parts}a statement around it, an audit that diverts rows`;
  return old.settings === undefined || own.settings === undefined
    ? `${same}: ${around}, a macro, a setting such as the time zone, or DuckDB's version changed`
    : `${same}: ${around}, or a macro changed`;
}

/** Names of what both had, and had otherwise. */
function changedSettings(old: Fingerprint, own: Fingerprint): readonly string[] {
  const [was, is] = [old.settings ?? {}, own.settings ?? {}];
  return Object.keys(is).filter((name) => was[name] !== undefined && was[name] !== is[name]);
}

function isVariable(name: string): boolean {
  return name.startsWith('variable ');
}

/** As `DuckDB v1.5.5 became v1.5.6`; of variables only digests are kept. */
function settingChange(name: string, old: Fingerprint, own: Fingerprint): string {
  return isVariable(name)
    ? `the ${name} has another value`
    : `${name} ${old.settings?.[name] ?? ''} became ${own.settings?.[name] ?? ''}`;
}

function upstreamReasons(
  { inputs, columns }: SeenInputs,
  upstream: ReadonlyMap<string, ChangedMeaning>,
): readonly ReasonDocument[] {
  const reasons = new Map<string, ReasonDocument>();
  const add = (found: ReasonDocument): void => {
    if (!reasons.has(found.message)) reasons.set(found.message, found);
  };
  for (const { model, through } of inputs) {
    const change = upstream.get(model);
    if (change === undefined) continue;
    const by = through === undefined ? '' : ` through ${through}`;
    for (const read of columns) {
      if (read.model !== model || read.through !== through) continue;
      if (!change.changedColumns.has(read.column.toLowerCase())) continue;
      add({
        code: 'upstream_column_changed',
        message: `reads ${model}.${read.column}${by}, which changed`,
        column: `${model}.${read.column}`,
        model,
      });
    }
    if (change.rowsChanged)
      add({ code: 'upstream_rows_changed', message: `reads ${model}${by}, whose rows changed`, model });
  }
  return [...reasons.values()];
}

/** What embedded models, edited themselves, change of what is read of them. */
function partReasons(old: Fingerprint, own: Fingerprint): readonly ReasonDocument[] {
  return Object.entries(own.embedded ?? {}).flatMap(([model, part]): readonly ReasonDocument[] => {
    const was = old.embedded?.[model];
    if (was === undefined || was.text === part.text) return [];
    const columns = own.reads
      .filter((r) => r.model === model)
      .map((r) => r.column)
      .filter((c) => was.columns[c.toLowerCase()] !== part.columns[c.toLowerCase()]);
    return [
      ...columns.map((column) => ({
        code: 'upstream_column_changed' as const,
        message: `reads ${model}.${column}, which changed`,
        column: `${model}.${column}`,
        model,
      })),
      ...(was.rows === part.rows
        ? []
        : [{ code: 'upstream_rows_changed' as const, message: `reads ${model}, whose rows changed`, model }]),
    ];
  });
}

/** Parts that may have changed: nobody kept what they were, or nothing that is read of them tells it. */
function doubtfulParts(old: Fingerprint, own: Fingerprint, names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const [was, is] = [old.embedded?.[name], own.embedded?.[name]];
    return was === undefined || is === undefined || was.text !== is.text;
  });
}

function where(changed: readonly TimeRange[]): string {
  const first = changed[0];
  if (first === undefined) return ', its rows did not';
  if (changed.some(isAllTime)) return '';
  const last = changed.at(-1) ?? first;
  const days = changed.reduce((sum, r) => sum + countUnits(r, 'day'), 0);
  const from = formatInstant(first.start);
  return days === 1
    ? ` on ${from}`
    : ` on ${days} days from ${from} to ${formatInstant(last.end - 86_400_000)}`;
}

/** Such as `3 days`. */
export function countedIntervals(ranges: readonly TimeRange[], unit: IntervalUnit): string {
  const count = ranges.reduce((sum, r) => sum + countUnits(r, unit), 0);
  return `${count} ${unitName(unit, count)}`;
}

function unitName(unit: IntervalUnit, count: number): string {
  const names: Readonly<Record<IntervalUnit, string>> = {
    year: 'year',
    month: 'month',
    day: 'day',
    hour: 'hour',
    half_hour: 'half hour',
    quarter_hour: 'quarter of an hour',
    five_minute: 'five minutes',
  };
  return count === 1 || unit === 'five_minute'
    ? names[unit]
    : unit === 'quarter_hour'
      ? 'quarters of an hour'
      : `${names[unit]}s`;
}
