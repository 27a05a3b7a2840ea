/** Reads `kind SEED (path '…', csv_settings (…))`. */
import { hash } from 'node:crypto';
import { posix } from 'node:path';
import type { Location } from '../diagnostic/index.ts';
import type { ProjectFiles } from '../project/files.ts';
import { parseProperties, type Findings, type HeaderProperty, type PropertyNames } from './header.ts';
import { parseHeaderValue } from './header-value.ts';
import { parseQuoted, type Properties } from './kind-values.ts';
import type { SeedKind } from './model-kind.ts';
import { parseFlag } from './parse-properties.ts';

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

/** A seed; undefined when its file is not there. */
export function parseSeed(
  location: Location,
  modelPath: string,
  properties: Properties,
  files: ProjectFiles,
  findings: Findings,
): SeedKind | undefined {
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

type SeedCsv = SeedKind['csv'];

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
  const delimiter = parseQuoted(settings.get('delimiter'), findings);
  const quotechar = parseQuoted(settings.get('quotechar'), findings);
  const escapechar = parseQuoted(settings.get('escapechar'), findings);
  const header = parseFlag(settings.get('header'), findings);
  const naValues = parseNaValues(settings.get('na_values'), findings);
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quotechar === undefined ? {} : { quotechar }),
    ...(escapechar === undefined ? {} : { escapechar }),
    ...(header === undefined ? {} : { header }),
    ...(naValues === undefined ? {} : { naValues }),
  };
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
