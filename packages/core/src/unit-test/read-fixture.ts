/** The rows of an input or an expectation in all the forms they may be written. */
import { diagnostic, didYouMean, SourceText, type Diagnostic, type Location } from '../diagnostic/index.ts';
import { csvFixture, inBlock, inFile, type CsvForm } from './csv-rows.ts';
import { readYaml } from './read-yaml.ts';
import type { Fixture, FixtureRow, TestEntry, TestValue } from './unit-test.ts';

/** The project's files as tests name them, relative to its folder. */
export interface FixtureFiles {
  /** Undefined when there is no such file. */
  read(path: string): string | undefined;
  exists(path: string): boolean;
}

const FORMATS = ['yaml', 'csv', 'parquet', 'json'];

/** What the properties of an input or an expectation say; undefined when that is wrong. */
export function readFixture(
  properties: ReadonlyMap<string, TestEntry>,
  owner: Location,
  source: SourceText,
  files: FixtureFiles,
  diagnostics: Diagnostic[],
): Fixture | undefined {
  const wrong = (message: string, location: Location, hint?: string): undefined =>
    void diagnostics.push(diagnostic('invalid-test', message, { location, hint }));
  const given = ['rows', 'query', 'path'].flatMap((name) => properties.get(name) ?? []);
  const [data, more] = given;
  if (data === undefined)
    return wrong('no rows are given', owner, 'Add rows:, query: or path:. No rows at all are rows: [].');
  if (more !== undefined)
    return wrong(
      `'${data.name}' and '${more.name}' are given together`,
      more.nameLocation,
      'Keep one of them.',
    );
  const { value } = data;
  const asked = properties.get('format');
  const named = asked?.value.kind === 'text' ? asked.value.text.toLowerCase() : undefined;
  if (asked !== undefined && (named === undefined || !FORMATS.includes(named)))
    return wrong(
      `'format' is ${FORMATS.join(', ')}`,
      asked.value.location,
      named === undefined ? undefined : didYouMean(named, FORMATS),
    );
  if (data.name === 'query') {
    if (asked !== undefined) return wrong("a 'query' has no format", asked.nameLocation, 'Remove it.');
    if (value.kind !== 'text') return wrong("'query' is a text", value.location);
    return { kind: 'query', sql: value.text, location: value.location };
  }
  if (data.name === 'rows') {
    if (named === undefined || named === 'yaml') {
      if (value.kind !== 'text') return rowsOf(value, diagnostics);
      return wrong("'rows' is a list", value.location, 'For CSV add format: csv.');
    }
    if (named !== 'csv') return wrong(`${named} comes from a file`, value.location, 'Name it by path:.');
    if (value.kind !== 'text')
      return wrong("'rows' of format csv is a text", value.location, 'Begin it with |.');
    const form = csvForm(properties.get('csv_settings'), ',', wrong);
    const locate = inBlock(source, value.location, value.text);
    return form === undefined ? undefined : csvFixture(value.text, form, locate, value.location);
  }
  if (value.kind !== 'text') return wrong("'path' is a text", value.location);
  const path = value.text;
  const format = named ?? formatOf(path);
  if (!files.exists(path)) {
    return wrong(`there is no file '${path}'`, value.location, "Paths are relative to the project's folder.");
  }
  if (format === 'parquet' || format === 'json')
    return { kind: 'file', format, path, location: value.location };
  const text = files.read(path) ?? '';
  const file = new SourceText(path, text);
  if (format === 'csv') {
    const form = csvForm(properties.get('csv_settings'), /\.tsv$/i.test(path) ? '\t' : ',', wrong);
    return form === undefined ? undefined : csvFixture(text, form, inFile(file), value.location);
  }
  const rows = readYaml(file, diagnostics);
  return rows === undefined ? undefined : rowsOf(rows, diagnostics);
}

/** By the ending; YAML, as SQLMesh has it, when that says nothing. */
function formatOf(path: string): string {
  if (/\.(csv|tsv)$/i.test(path)) return 'csv';
  if (/\.parquet$/i.test(path)) return 'parquet';
  return /\.(json|jsonl|ndjson)$/i.test(path) ? 'json' : 'yaml';
}

/** A list of mappings as rows. */
export function rowsOf(value: TestValue, diagnostics: Diagnostic[]): Fixture {
  const { location } = value;
  const items = value.kind === 'list' ? value.items : [];
  if (value.kind !== 'list' && value.kind !== 'null')
    diagnostics.push(
      diagnostic('invalid-test', 'rows are a list', { location, hint: 'Write one row a line: - { id: 1 }.' }),
    );
  const rows = items.flatMap((item): readonly FixtureRow[] => {
    if (item.kind === 'map') return [{ location: item.location, cells: item.entries }];
    diagnostics.push(
      diagnostic('invalid-test', 'a row is a mapping of columns to values', {
        location: item.location,
        hint: 'For example - { id: 1, amount: 9.99 }.',
      }),
    );
    return [];
  });
  return { kind: 'rows', rows, header: [], location };
}

function csvForm(
  settings: TestEntry | undefined,
  separator: string,
  wrong: (message: string, location: Location, hint?: string) => undefined,
): CsvForm | undefined {
  const form = { separator, quote: '"' };
  if (settings === undefined) return form;
  if (settings.value.kind !== 'map') return wrong("'csv_settings' is a mapping", settings.value.location);
  for (const { name, nameLocation, value } of settings.value.entries) {
    const text = value.kind === 'text' ? value.text : '';
    if (!SETTINGS.includes(name)) {
      return wrong(
        `'csv_settings' has no property '${name}'`,
        nameLocation,
        didYouMean(name, SETTINGS) ?? `The properties are ${SETTINGS.join(', ')}.`,
      );
    }
    if (text.length !== 1) return wrong(`'${name}' is one character`, value.location);
    if (name === 'quotechar') form.quote = text;
    else form.separator = text;
  }
  return form;
}

const SETTINGS = ['sep', 'delimiter', 'quotechar'];
