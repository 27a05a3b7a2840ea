/** Reads `kind FULL`, `kind SEED (...)`, `kind INCREMENTAL_BY_TIME_RANGE (...)`. */
import { hash } from 'node:crypto';
import { posix } from 'node:path';
import { didYouMean, type Location } from '../diagnostic/index.ts';
import type { ProjectFiles } from '../project/files.ts';
import { identifierName, stringValue } from '../sql/tokens.ts';
import { parseProperties, type Findings, type HeaderProperty, type PropertyNames } from './header.ts';
import { parseHeaderValue } from './header-value.ts';
import type { KindName, ModelKind } from './model-definition.ts';
import type { TokenRun } from './token-run.ts';

const UNUSED_EVERYWHERE = [
  'on_destructive_change',
  'on_additive_change',
  'forward_only',
  'disable_restatement',
];

const UNUSED_INCREMENTAL = [
  'batch_concurrency',
  'partition_by_time_column',
  'auto_restatement_cron',
  'auto_restatement_intervals',
  'dialect',
];

const KINDS: Readonly<Record<KindName, PropertyNames>> = {
  VIEW: kindNames('VIEW', [], ['materialized']),
  FULL: kindNames('FULL', [], []),
  EMBEDDED: kindNames('EMBEDDED', [], []),
  EXTERNAL: kindNames('EXTERNAL', [], []),
  SEED: kindNames('SEED', ['path', 'csv_settings'], ['batch_size']),
  INCREMENTAL_BY_TIME_RANGE: kindNames(
    'INCREMENTAL_BY_TIME_RANGE',
    ['time_column', 'lookback', 'batch_size'],
    UNUSED_INCREMENTAL,
  ),
};

const CSV_SETTINGS: PropertyNames = {
  owner: 'csv_settings',
  used: new Set(['delimiter', 'quotechar', 'escapechar', 'header', 'na_values']),
  unused: new Map(
    ['doublequote', 'skipinitialspace', 'lineterminator', 'encoding', 'keep_default_na'].map((n) => [
      n,
      undefined,
    ]),
  ),
};

/** Kinds SQLMesh has and this version does not. */
const LATER_KINDS = [
  'INCREMENTAL_BY_UNIQUE_KEY',
  'INCREMENTAL_BY_PARTITION',
  'INCREMENTAL_UNMANAGED',
  'SCD_TYPE_2',
  'SCD_TYPE_2_BY_TIME',
  'SCD_TYPE_2_BY_COLUMN',
  'CUSTOM',
  'MANAGED',
  'DBT_CUSTOM',
];

function kindNames(kind: KindName, used: readonly string[], unused: readonly string[]): PropertyNames {
  return {
    owner: `kind ${kind}`,
    used: new Set(used),
    unused: new Map([...unused, ...UNUSED_EVERYWHERE].map((name) => [name, undefined])),
  };
}

function isKind(name: string): name is KindName {
  return Object.hasOwn(KINDS, name);
}

/** A kind; undefined when it is wrong, which has been reported then. */
export function parseKind(value: TokenRun, files: ProjectFiles, findings: Findings): ModelKind | undefined {
  const kind = identifierName(value.textAt(0)).toUpperCase();
  if (value.nameLength() !== 1 || !isKind(kind)) {
    const later = LATER_KINDS.includes(kind);
    findings.add(
      'invalid-kind',
      value.locationAt(0),
      later
        ? `This version of Sluice does not have the kind ${kind} yet`
        : `There is no kind '${value.textAt(0)}'`,
      (later ? undefined : didYouMean(kind, [...Object.keys(KINDS), ...LATER_KINDS])) ??
        `The kinds are ${Object.keys(KINDS).join(', ')}.`,
    );
    return undefined;
  }
  const list =
    value.length > 1 ? (value.slice(1).inner() ?? value.slice(value.length)) : value.slice(value.length);
  const properties = parseProperties(list, KINDS[kind], findings);
  switch (kind) {
    case 'VIEW':
    case 'FULL':
    case 'EMBEDDED':
    case 'EXTERNAL':
      return { kind };
    case 'SEED':
      return parseSeed(value.locationAt(0), value.source.path, properties, files, findings);
    case 'INCREMENTAL_BY_TIME_RANGE':
      return parseTimeRange(value.locationAt(0), properties, findings);
    default:
      return kind satisfies never;
  }
}

type Properties = ReadonlyMap<string, HeaderProperty>;

function parseTimeRange(
  location: Location,
  properties: Properties,
  findings: Findings,
): ModelKind | undefined {
  const lookback = parseCount(properties.get('lookback'), 0, findings);
  const batchSize = parseCount(properties.get('batch_size'), 1, findings);
  const column = properties.get('time_column');
  if (column === undefined) {
    findings.add(
      'invalid-property',
      location,
      'kind INCREMENTAL_BY_TIME_RANGE needs a time_column',
      'Write kind INCREMENTAL_BY_TIME_RANGE (time_column order_date).',
    );
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
    lookback: lookback ?? 0,
    batchSize,
  };
}

/** A whole number that is at least `least`. */
function parseCount(
  property: HeaderProperty | undefined,
  least: number,
  findings: Findings,
): number | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  const count =
    value.kind === 'number' && /^-?[\d_]+$/.test(value.text) ? Number(value.text.replaceAll('_', '')) : NaN;
  if (Number.isSafeInteger(count) && count >= least) return count;
  findings.add(
    'invalid-property',
    property.value.location,
    `'${property.name}' must be a whole number of at least ${least}, found ${property.value.text}`,
  );
  return undefined;
}

function parseSeed(
  location: Location,
  modelPath: string,
  properties: Properties,
  files: ProjectFiles,
  findings: Findings,
): ModelKind | undefined {
  const csv = parseCsvSettings(properties.get('csv_settings'), findings);
  const path = properties.get('path');
  if (path === undefined) {
    findings.add(
      'invalid-property',
      location,
      'kind SEED needs a path',
      `Write kind SEED (path '../../seeds/x.csv').`,
    );
    return undefined;
  }
  const value = parseHeaderValue(path.value);
  if (value.kind !== 'string' || value.text.trim() === '') {
    findings.add('invalid-property', path.value.location, `'path' must be a text in single quotes`);
    return undefined;
  }
  const file = resolveSeed(modelPath, value.text);
  const content = file === undefined ? undefined : files.read(file);
  if (file === undefined || content === undefined) {
    findings.add(
      'seed-file-missing',
      path.value.location,
      file === undefined ? `The seed '${value.text}' is outside the project` : `There is no file '${file}'`,
      `A path is relative to the model's file; $root/ starts at the project folder.`,
    );
    return undefined;
  }
  return { kind: 'SEED', file, contentHash: hash('sha256', content), csv };
}

/** A path relative to the project folder; undefined when it leaves it. */
function resolveSeed(modelPath: string, path: string): string | undefined {
  const written = path.trim().replaceAll('\\', '/');
  if (written.startsWith('/') || /^[a-z]:/i.test(written)) return undefined;
  const joined = written.startsWith('$root/')
    ? posix.normalize(written.slice('$root/'.length))
    : posix.join(posix.dirname(modelPath), written);
  return joined === '..' || joined.startsWith('../') || joined.startsWith('/') ? undefined : joined;
}

type SeedCsv = Extract<ModelKind, { kind: 'SEED' }>['csv'];

function parseCsvSettings(property: HeaderProperty | undefined, findings: Findings): SeedCsv {
  if (property === undefined) return {};
  const list = property.value.inner();
  if (list === undefined) {
    const hint = `Write csv_settings (delimiter = ';').`;
    findings.add(
      'invalid-property',
      property.value.location,
      `'csv_settings' is a list in parentheses`,
      hint,
    );
    return {};
  }
  const settings = parseProperties(list, CSV_SETTINGS, findings);
  const delimiter = parseText(settings.get('delimiter'), findings);
  const quotechar = parseText(settings.get('quotechar'), findings);
  const escapechar = parseText(settings.get('escapechar'), findings);
  const header = parseBoolean(settings.get('header'), findings);
  const naValues = parseNaValues(settings.get('na_values'), findings);
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quotechar === undefined ? {} : { quotechar }),
    ...(escapechar === undefined ? {} : { escapechar }),
    ...(header === undefined ? {} : { header }),
    ...(naValues === undefined ? {} : { naValues }),
  };
}

function parseText(property: HeaderProperty | undefined, findings: Findings): string | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  if (value.kind === 'string') return value.text;
  findings.add(
    'invalid-property',
    property.value.location,
    `'${property.name}' must be a text in single quotes`,
  );
  return undefined;
}

function parseBoolean(property: HeaderProperty | undefined, findings: Findings): boolean | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  if (value.kind === 'boolean') return value.value;
  findings.add('invalid-property', property.value.location, `'${property.name}' must be true or false`);
  return undefined;
}

function parseNaValues(
  property: HeaderProperty | undefined,
  findings: Findings,
): readonly string[] | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  const items = value.kind === 'list' ? value.items : [value];
  const texts = items.flatMap((item) =>
    item.kind === 'string' || item.kind === 'number' ? [item.text] : [],
  );
  if (texts.length === items.length) return texts;
  const hint = `Write na_values = ('', 'NA').`;
  findings.add('invalid-property', property.value.location, `'na_values' must be a list of texts`, hint);
  return undefined;
}
