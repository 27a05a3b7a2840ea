/**
 * Reads `kind FULL`, `kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id)`. Every property that SQLMesh documents is known here:
 * one that Sluice does not act on is a warning that names it.
 */
import { didYouMean, SourceText, type Location } from '../diagnostic/index.ts';
import type { ProjectFiles } from '../project/files.ts';
import { identifierName, significantTokens, stringValue } from '../sql/tokens.ts';
import { cronProblem } from './cron.ts';
import { Findings, parseProperties, type HeaderProperty, type PropertyNames } from './header.ts';
import {
  fragmentOf,
  parseColumnList,
  parseColumnName,
  parseCount,
  parseKey,
  parsePolicy,
  parseQuoted,
  parseType,
  reportMissing,
  type Properties,
} from './kind-values.ts';
import type { ByInterval, Evolving, KindName, ModelKind, TimeRangeKind } from './model-kind.ts';
import { parseFlag } from './parse-properties.ts';
import { parseSeed } from './parse-seed-kind.ts';
import { TokenRun } from './token-run.ts';
import { parseWhenMatched } from './when-matched.ts';

const EVOLVING = ['forward_only', 'on_destructive_change', 'on_additive_change', 'disable_restatement'];

const UNUSED: ReadonlyMap<string, string | undefined> = new Map<string, string | undefined>([
  ['dialect', 'duckdb'],
  // Batches of one model run one after another.
  ['batch_concurrency', '1'],
]);

/** Restating by a cron of its own is for intervals alone. */
const UNUSED_HERE: typeof UNUSED = new Map([...UNUSED, ['auto_restatement_cron', undefined]]);

const SCD = [
  'unique_key',
  'valid_from_name',
  'valid_to_name',
  'invalidate_hard_deletes',
  'time_data_type',
  ...EVOLVING,
];

const SPREAD = new Set(['when_matched']);

const KINDS: Readonly<Record<KindName, PropertyNames>> = {
  VIEW: kindNames('VIEW', ['materialized'], unusedNames(EVOLVING)),
  FULL: kindNames('FULL', [], unusedNames(EVOLVING)),
  EMBEDDED: kindNames('EMBEDDED', [], unusedNames(EVOLVING)),
  EXTERNAL: kindNames('EXTERNAL', [], unusedNames(EVOLVING)),
  SEED: kindNames('SEED', ['path', 'csv_settings'], unusedNames(['batch_size', ...EVOLVING])),
  INCREMENTAL_BY_TIME_RANGE: kindNames(
    'INCREMENTAL_BY_TIME_RANGE',
    [
      'time_column',
      'lookback',
      'batch_size',
      'auto_restatement_cron',
      'auto_restatement_intervals',
      ...EVOLVING,
    ],
    new Map([...UNUSED, ['partition_by_time_column', undefined]]),
  ),
  INCREMENTAL_BY_UNIQUE_KEY: kindNames(
    'INCREMENTAL_BY_UNIQUE_KEY',
    ['unique_key', 'when_matched', 'merge_filter', 'lookback', 'batch_size', ...EVOLVING],
    UNUSED_HERE,
    ['unique_key', 'when_matched', 'merge_filter'],
  ),
  INCREMENTAL_BY_PARTITION: kindNames(
    'INCREMENTAL_BY_PARTITION',
    ['lookback', 'batch_size', ...EVOLVING],
    UNUSED_HERE,
  ),
  INCREMENTAL_UNMANAGED: kindNames(
    'INCREMENTAL_UNMANAGED',
    ['insert_overwrite', 'lookback', 'batch_size', ...EVOLVING],
    UNUSED_HERE,
  ),
  SCD_TYPE_2_BY_TIME: kindNames(
    'SCD_TYPE_2_BY_TIME',
    ['updated_at_name', 'updated_at_as_valid_from', ...SCD],
    new Map([...UNUSED_HERE, ['batch_size', undefined], ['lookback', undefined]]),
    ['unique_key', 'time_data_type'],
  ),
  SCD_TYPE_2_BY_COLUMN: kindNames(
    'SCD_TYPE_2_BY_COLUMN',
    ['columns', 'execution_time_as_valid_from', 'updated_at_name', ...SCD],
    new Map([...UNUSED_HERE, ['batch_size', undefined], ['lookback', undefined]]),
    ['unique_key', 'time_data_type', 'columns'],
  ),
};

/** Other names of kinds. */
const ALIASES: Readonly<Record<string, KindName>> = { SCD_TYPE_2: 'SCD_TYPE_2_BY_TIME' };

/** Kinds SQLMesh has and this version does not. */
const OTHER_KINDS = ['CUSTOM', 'MANAGED', 'DBT_CUSTOM'];

function unusedNames(names: readonly string[]): PropertyNames['unused'] {
  return new Map(names.map((name) => [name, undefined]));
}

function kindNames(
  kind: KindName,
  used: readonly string[],
  unused: PropertyNames['unused'],
  verbatim: readonly string[] = [],
): PropertyNames {
  return {
    owner: `kind ${kind}`,
    used: new Set(used),
    unused,
    verbatim: new Set(verbatim),
    spread: SPREAD,
  };
}

function isKind(name: string): name is KindName {
  return Object.hasOwn(KINDS, name);
}

/** A kind; undefined when it is wrong, which has been reported then. `partitionedBy`: the header's own property. */
export function parseKind(
  value: TokenRun,
  partitionedBy: HeaderProperty | undefined,
  files: ProjectFiles,
  findings: Findings,
): ModelKind | undefined {
  const written = identifierName(value.textAt(0)).toUpperCase();
  const kind = ALIASES[written] ?? written;
  if (value.nameLength() !== 1 || !isKind(kind)) {
    const other = OTHER_KINDS.includes(kind);
    findings.add(
      'invalid-kind',
      value.locationAt(0),
      other
        ? `This version of Sluice does not have the kind ${kind}`
        : `There is no kind '${value.textAt(0)}'`,
      (other ? undefined : didYouMean(kind, [...Object.keys(KINDS), ...OTHER_KINDS])) ??
        `The kinds are ${Object.keys(KINDS).join(', ')}.`,
    );
    return undefined;
  }
  const at = value.locationAt(0);
  const list =
    value.length > 1 ? (value.slice(1).inner() ?? value.slice(value.length)) : value.slice(value.length);
  const properties = parseProperties(list, KINDS[kind], findings);
  switch (kind) {
    case 'VIEW':
      // DuckDB has no views that keep their rows; a table that follows its inputs is one.
      return parseFlag(properties.get('materialized'), findings) === true ? { kind: 'FULL' } : { kind };
    case 'FULL':
    case 'EMBEDDED':
    case 'EXTERNAL':
      return { kind };
    case 'SEED':
      return parseSeed(at, value.source.path, properties, files, findings);
    case 'INCREMENTAL_BY_TIME_RANGE':
      return parseTimeRange(at, properties, findings);
    case 'INCREMENTAL_BY_UNIQUE_KEY':
      return parseUniqueKey(at, properties, findings);
    case 'INCREMENTAL_BY_PARTITION':
      return parsePartition(at, partitionedBy, properties, findings);
    case 'INCREMENTAL_UNMANAGED': {
      const insertOverwrite = parseFlag(properties.get('insert_overwrite'), findings) ?? false;
      return {
        kind,
        insertOverwrite,
        ...byInterval(properties, findings),
        ...evolving(properties, HISTORY, findings),
      };
    }
    case 'SCD_TYPE_2_BY_TIME':
    case 'SCD_TYPE_2_BY_COLUMN':
      return parseScd(kind, at, properties, findings);
    default:
      return kind satisfies never;
  }
}

function byInterval(properties: Properties, findings: Findings): ByInterval {
  return {
    lookback: parseCount(properties.get('lookback'), 0, findings) ?? 0,
    batchSize: parseCount(properties.get('batch_size'), 1, findings),
  };
}

/** Defaults of kinds that can be computed anew from their inputs, and of those that cannot. */
const REPLAYABLE = { forwardOnly: false, disableRestatement: false };
const HISTORY = { forwardOnly: true, disableRestatement: true };

function evolving(properties: Properties, defaults: typeof HISTORY, findings: Findings): Evolving {
  return {
    forwardOnly: parseFlag(properties.get('forward_only'), findings) ?? defaults.forwardOnly,
    disableRestatement:
      parseFlag(properties.get('disable_restatement'), findings) ?? defaults.disableRestatement,
    onDestructiveChange: parsePolicy(properties.get('on_destructive_change'), findings) ?? 'error',
    onAdditiveChange: parsePolicy(properties.get('on_additive_change'), findings) ?? 'allow',
  };
}

function parseTimeRange(
  location: Location,
  properties: Properties,
  findings: Findings,
): ModelKind | undefined {
  const intervals = byInterval(properties, findings);
  const evolution = evolving(properties, REPLAYABLE, findings);
  const autoRestatement = parseAutoRestatement(properties, findings);
  const column = properties.get('time_column');
  if (column === undefined) {
    reportMissing('INCREMENTAL_BY_TIME_RANGE', 'a time_column', 'time_column order_date', location, findings);
    return undefined;
  }
  const [name, format, ...more] = column.value.inner()?.items() ?? [column.value];
  const named = name !== undefined && name.length === 1 && name.isName(0);
  const formatted = format === undefined || (format.length === 1 && format.kindAt(0) === 'string');
  if (!named || !formatted || more.length > 0) {
    findings.add(
      'invalid-property',
      column.value.location,
      `'time_column' is the name of a column, with a format if the column is text`,
      `Write time_column order_date, or time_column (order_date, '%Y-%m-%d').`,
    );
    return undefined;
  }
  return {
    kind: 'INCREMENTAL_BY_TIME_RANGE',
    timeColumn: identifierName(name.text),
    timeColumnLocation: name.location,
    timeFormat: format === undefined ? undefined : stringValue(format.text),
    autoRestatement,
    ...intervals,
    ...evolution,
  };
}

function parseAutoRestatement(properties: Properties, findings: Findings): TimeRangeKind['autoRestatement'] {
  const intervals = parseCount(properties.get('auto_restatement_intervals'), 1, findings);
  const property = properties.get('auto_restatement_cron');
  const lonely = properties.get('auto_restatement_intervals');
  if (property === undefined) {
    if (lonely !== undefined) {
      findings.add(
        'invalid-property',
        lonely.nameLocation,
        `'auto_restatement_intervals' needs an auto_restatement_cron`,
        `Write auto_restatement_cron '@weekly' beside it.`,
      );
    }
    return undefined;
  }
  const bare = property.value.length === 1 && property.value.kindAt(0) === 'macro';
  const cron = bare ? property.value.text : parseQuoted(property, findings);
  const problem = cron === undefined ? undefined : cronProblem(cron);
  if (problem !== undefined)
    findings.add(
      'invalid-property',
      property.value.location,
      problem,
      `Write auto_restatement_cron '@weekly'.`,
    );
  return cron === undefined || problem !== undefined ? undefined : { cron: cron.trim(), intervals };
}

function parseUniqueKey(
  location: Location,
  properties: Properties,
  findings: Findings,
): ModelKind | undefined {
  const kind = 'INCREMENTAL_BY_UNIQUE_KEY';
  const uniqueKey = parseKey(properties.get('unique_key'), findings);
  const whenMatched = parseWhenMatched(properties.get('when_matched'), findings);
  const filter = properties.get('merge_filter');
  const intervals = byInterval(properties, findings);
  const shared = {
    ...intervals,
    // What an interval does to rows depends on how they are cut: one by one, a backfill ends like many runs.
    batchSize: intervals.batchSize ?? 1,
    ...evolving(properties, REPLAYABLE, findings),
  };
  if (!properties.has('unique_key'))
    reportMissing(kind, 'a unique_key', 'unique_key order_id', location, findings);
  if (uniqueKey === undefined) return undefined;
  return {
    kind,
    uniqueKey,
    whenMatched,
    mergeFilter: filter === undefined ? undefined : fragmentOf(filter.value),
    ...shared,
  };
}

function parsePartition(
  location: Location,
  partitionedBy: HeaderProperty | undefined,
  properties: Properties,
  findings: Findings,
): ModelKind | undefined {
  const kind = 'INCREMENTAL_BY_PARTITION';
  const shared = { ...byInterval(properties, findings), ...evolving(properties, HISTORY, findings) };
  if (partitionedBy === undefined) {
    findings.add(
      'invalid-property',
      location,
      `kind ${kind} needs partitioned_by in the header`,
      `Write MODEL (kind ${kind}, partitioned_by region).`,
    );
    return undefined;
  }
  const key = parseKey(partitionedBy, findings);
  const forwardOnly = properties.get('forward_only');
  if (forwardOnly !== undefined && !shared.forwardOnly) {
    findings.add(
      'invalid-property',
      forwardOnly.value.location,
      `kind ${kind} is always forward-only`,
      'Remove forward_only, or set it to true.',
    );
  }
  return key === undefined ? undefined : { kind, partitionedBy: key, ...shared };
}

function parseScd(
  kind: 'SCD_TYPE_2_BY_TIME' | 'SCD_TYPE_2_BY_COLUMN',
  location: Location,
  properties: Properties,
  findings: Findings,
): ModelKind | undefined {
  const uniqueKey = parseKey(properties.get('unique_key'), findings);
  const updatedAt = parseColumnName(properties.get('updated_at_name'), findings);
  const columns = parseColumnList(properties.get('columns'), findings);
  const shared = {
    validFrom: parseColumnName(properties.get('valid_from_name'), findings)?.name ?? 'valid_from',
    validTo: parseColumnName(properties.get('valid_to_name'), findings)?.name ?? 'valid_to',
    timeDataType: parseType(properties.get('time_data_type')) ?? 'TIMESTAMP',
    invalidateHardDeletes: parseFlag(properties.get('invalidate_hard_deletes'), findings) ?? false,
    ...evolving(properties, HISTORY, findings),
  };
  const example = kind === 'SCD_TYPE_2_BY_TIME' ? 'unique_key id' : 'unique_key id, columns (name, price)';
  if (!properties.has('unique_key')) reportMissing(kind, 'a unique_key', example, location, findings);
  const timeFlag = parseFlag(properties.get('updated_at_as_valid_from'), findings) ?? false;
  const columnFlag = parseFlag(properties.get('execution_time_as_valid_from'), findings) ?? false;
  if (kind === 'SCD_TYPE_2_BY_TIME') {
    if (uniqueKey === undefined) return undefined;
    const column = updatedAt ?? { name: 'updated_at', location };
    return { kind, uniqueKey, updatedAt: column, updatedAtAsValidFrom: timeFlag, ...shared };
  }
  const unused = properties.get('updated_at_name');
  if (unused !== undefined) {
    findings.add(
      'unused-property',
      unused.nameLocation,
      `'updated_at_name' has no effect on kind ${kind}: a change is dated by the time it is seen`,
      'Remove it, or use SCD_TYPE_2_BY_TIME.',
    );
  }
  if (!properties.has('columns')) reportMissing(kind, 'columns', example, location, findings);
  if (uniqueKey === undefined || columns === undefined) return undefined;
  return { kind, uniqueKey, columns, executionTimeAsValidFrom: columnFlag, ...shared };
}

/** A kind that needs no properties, such as FULL, by its name alone; undefined for others. */
export function kindByName(name: string): ModelKind | undefined {
  const findings = new Findings();
  const run = new TokenRun(new SourceText('', name), significantTokens(name));
  const kind = run.length === 1 ? parseKind(run, undefined, NO_FILES, findings) : undefined;
  return findings.list.length > 0 || kind?.kind === 'EXTERNAL' ? undefined : kind;
}

const NO_FILES: ProjectFiles = { list: () => [], read: () => undefined };
