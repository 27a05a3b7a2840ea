import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceText, type Diagnostic, type Location } from '../diagnostic/index.ts';
import type { ProjectFiles } from '../project/files.ts';
import type { ModelDefinition } from './model-definition.ts';
import { parseAuditFile } from './parse-audit.ts';
import { parseModelFile, type ParsedModel } from './parse-model.ts';

const SEEDS = new Map([
  ['seeds/x.csv', 'a,b\n1,2\n'],
  ['models/y.csv', 'c\n'],
]);

const FILES: ProjectFiles = { list: () => [], read: (path) => SEEDS.get(path) };

function parse(text: string, path = 'models/staging/orders.sql'): ParsedModel {
  const [parsed, ...more] = parseModelFile(new SourceText(path, text), { files: FILES });
  if (parsed === undefined || more.length > 0) throw new Error('not one model');
  return parsed;
}

function valid(text: string, path?: string): ModelDefinition {
  const { value, diagnostics } = parse(text, path);
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  if (value === undefined) throw new Error('no model');
  return value;
}

/** Checks some properties of a model without errors; the header stands before `SELECT 1`. */
function check(header: string, expected: Readonly<Record<string, unknown>>, path?: string): void {
  expect(withoutLocations(valid(`MODEL (${header}); SELECT 1`, path)), header).toMatchObject(expected);
}

function withoutLocations(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, v: unknown) => (/location$/i.test(key) ? undefined : v)));
}

function show(d: Diagnostic): string {
  const at = d.location;
  return `${d.code} ${at?.line}:${at?.column}-${at?.endColumn} ${d.message}${d.hint === undefined ? '' : ` | ${d.hint}`}`;
}

function checkErrors(text: string, ...expected: readonly string[]): void {
  const { value, diagnostics } = parse(text);
  expect(diagnostics.map(show), text).toEqual(expected);
  if (diagnostics.some((d) => d.severity === 'error')) expect(value).toBeUndefined();
}

test('names', () => {
  check('name a.b', { name: 'a.b', schema: 'a', table: 'b' });
  check('name orders', { name: 'main.orders' });
  check('NAME "My schema"."a.b"', { schema: 'My schema', table: 'a.b' });
  check('kind FULL', { name: 'staging.orders' });
  check('', { name: 'main.orders' }, 'models/orders.sql');
  check('', { name: 'b.c' }, 'models/a/b/c.sql');
});

test('kinds', () => {
  check('name a.b', { kind: { kind: 'VIEW' } });
  check('kind full', { kind: { kind: 'FULL' } });
  check('kind incremental_by_time_range (time_column "at", lookback 2, batch_size 30,)', {
    kind: { kind: 'INCREMENTAL_BY_TIME_RANGE', timeColumn: 'at', lookback: 2, batchSize: 30 },
  });
  check("kind INCREMENTAL_BY_TIME_RANGE (time_column (d, '%Y'))", {
    kind: { kind: 'INCREMENTAL_BY_TIME_RANGE', timeColumn: 'd', timeFormat: '%Y', lookback: 0 },
  });
});

test.each([
  ['tags (x, y,)', { tags: ['x', 'y'] }],
  ['tags [x, y,]', { tags: ['x', 'y'] }],
  ['grain (a, b,)', { grains: [['a', 'b']] }],
  ['grains [a, (b, c,),]', { grains: [['a'], ['b', 'c']] }],
  ['signals [ready(days := 1,), other(),]', { signals: [{ name: 'ready' }, { name: 'other' }] }],
  ['audits (not_null(columns := (a, b,),), mine,)', { audits: [{ name: 'not_null' }, { name: 'mine' }] }],
  ['columns (a INTEGER, b DECIMAL(10, 2),)', { columns: [{ name: 'a' }, { name: 'b' }] }],
  ['kind INCREMENTAL_BY_UNIQUE_KEY (unique_key [a, b,],)', { kind: { uniqueKey: [key('a'), key('b')] } }],
  ['kind INCREMENTAL_BY_PARTITION, partitioned_by (a,)', { kind: { partitionedBy: [key('a')] } }],
])('a comma at the end of a list is fine: %s', (header, expected) => {
  check(header, expected);
});

function key(text: string): unknown {
  return { text };
}

test('kinds with keys', () => {
  check('kind incremental_by_unique_key (unique_key id)', {
    kind: {
      kind: 'INCREMENTAL_BY_UNIQUE_KEY',
      uniqueKey: [key('id')],
      batchSize: 1,
      lookback: 0,
      forwardOnly: false,
      disableRestatement: false,
      onDestructiveChange: 'error',
      onAdditiveChange: 'allow',
    },
  });
  check(
    'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key COALESCE("a b", \'\'), merge_filter source.x > 1 AND target.y < 2)',
    {
      kind: { uniqueKey: [key('COALESCE("a b", \'\')')], mergeFilter: key('source.x > 1 AND target.y < 2') },
    },
  );
  const matched = {
    whenMatched: [
      {
        condition: key('source.value IS NULL'),
        action: {
          kind: 'update',
          set: [
            { column: { name: 'salary' }, value: key('CASE WHEN TRUE THEN 1 END') },
            { column: { name: 'b c' }, value: key('source.b') },
          ],
        },
      },
      { action: { kind: 'delete' } },
    ],
  };
  const clauses =
    'WHEN MATCHED AND source.value IS NULL THEN UPDATE SET target.salary = CASE WHEN TRUE THEN 1 END, "b c" = source.b, WHEN MATCHED THEN DELETE';
  check(`kind INCREMENTAL_BY_UNIQUE_KEY (unique_key [a, b], when_matched ${clauses}, lookback 2)`, {
    kind: { ...matched, uniqueKey: [key('a'), key('b')], lookback: 2 },
  });
  check(`kind INCREMENTAL_BY_UNIQUE_KEY (when_matched (${clauses}), unique_key a)`, { kind: matched });
  check("kind INCREMENTAL_BY_PARTITION, partitioned_by date_trunc('month', day)", {
    kind: {
      kind: 'INCREMENTAL_BY_PARTITION',
      partitionedBy: [key("date_trunc('month', day)")],
      forwardOnly: true,
    },
  });
  check('kind INCREMENTAL_BY_PARTITION, partitioned_by (a, b)', {
    kind: { partitionedBy: [key('a'), key('b')], disableRestatement: true },
  });
  check('kind INCREMENTAL_UNMANAGED (insert_overwrite true)', {
    kind: {
      kind: 'INCREMENTAL_UNMANAGED',
      insertOverwrite: true,
      forwardOnly: true,
      disableRestatement: true,
    },
  });
  check('kind VIEW (materialized true)', { kind: { kind: 'FULL' } });
  check('kind VIEW (materialized false)', { kind: { kind: 'VIEW' } });
});

test('kinds of slowly changing dimensions', () => {
  check('kind SCD_TYPE_2 (unique_key id)', {
    kind: {
      kind: 'SCD_TYPE_2_BY_TIME',
      updatedAt: { name: 'updated_at' },
      updatedAtAsValidFrom: false,
      validFrom: 'valid_from',
      validTo: 'valid_to',
      timeDataType: 'TIMESTAMP',
      invalidateHardDeletes: false,
      forwardOnly: true,
      disableRestatement: true,
    },
  });
  check(
    'kind SCD_TYPE_2_BY_TIME (unique_key (a, b), updated_at_name "at", valid_from_name f, time_data_type TIMESTAMPTZ)',
    {
      kind: { updatedAt: { name: 'at' }, validFrom: 'f', timeDataType: 'TIMESTAMPTZ' },
    },
  );
  check('kind SCD_TYPE_2_BY_COLUMN (unique_key a, columns [b, "c d"], execution_time_as_valid_from true)', {
    kind: { columns: [{ name: 'b' }, { name: 'c d' }], executionTimeAsValidFrom: true },
  });
  check('kind SCD_TYPE_2_BY_COLUMN (unique_key a, columns *)', { kind: { columns: '*' } });
});

test('time ranges', () => {
  check(
    "kind INCREMENTAL_BY_TIME_RANGE (time_column d, auto_restatement_cron '@weekly', auto_restatement_intervals 7)",
    {
      kind: { autoRestatement: { cron: '@weekly', intervals: 7 } },
    },
  );
  check('kind INCREMENTAL_BY_TIME_RANGE (time_column d), allow_partials true', { allowPartials: true });
});

function wrongModel(header: string, ...expected: readonly string[]): void {
  checkErrors(`MODEL (name x, ${header}); SELECT 1`, ...expected);
}

test('kinds that are wrong', () => {
  wrongModel(
    'kind INCREMENTAL_BY_UNIQUE_KEY',
    'invalid-property 1:21-46 kind INCREMENTAL_BY_UNIQUE_KEY needs a unique_key | Write kind INCREMENTAL_BY_UNIQUE_KEY (unique_key order_id).',
  );
  const hint =
    'Write when_matched (WHEN MATCHED [AND condition] THEN UPDATE SET target.a = source.a), or … THEN DELETE.';
  wrongModel(
    'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key a, when_matched WHEN MATCHED THEN INSERT)',
    `invalid-property 1:93-99 after THEN comes UPDATE SET, DELETE or DO NOTHING | ${hint}`,
  );
  wrongModel(
    'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key a, when_matched (WHEN NOT MATCHED THEN DELETE))',
    `invalid-property 1:76-84 'when_matched' is about rows that match | ${hint}`,
  );
  wrongModel(
    'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key a, when_matched (WHEN MATCHED THEN UPDATE SET a.b = 1))',
    `invalid-property 1:94-112 after SET come assignments: target.column = expression | ${hint}`,
  );
  wrongModel(
    'kind INCREMENTAL_BY_PARTITION',
    'invalid-property 1:21-45 kind INCREMENTAL_BY_PARTITION needs partitioned_by in the header | Write MODEL (kind INCREMENTAL_BY_PARTITION, partitioned_by region).',
  );
  wrongModel(
    'kind SCD_TYPE_2_BY_COLUMN (unique_ky a)',
    "unknown-property 1:43-52 kind SCD_TYPE_2_BY_COLUMN has no property 'unique_ky' | Did you mean 'unique_key'?",
    'invalid-property 1:21-41 kind SCD_TYPE_2_BY_COLUMN needs a unique_key | Write kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns (name, price)).',
    'invalid-property 1:21-41 kind SCD_TYPE_2_BY_COLUMN needs columns | Write kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns (name, price)).',
  );
  wrongModel(
    'kind INCREMENTAL_BY_TIME_RANGE (time_column d, auto_restatement_intervals 7)',
    "invalid-property 1:63-89 'auto_restatement_intervals' needs an auto_restatement_cron | Write auto_restatement_cron '@weekly' beside it.",
  );
});

function seed(header: string): unknown {
  return withoutLocations(valid(`MODEL (kind SEED (${header}))`).kind);
}

test('seeds', () => {
  expect(seed("path '../../seeds/x.csv'")).toMatchObject({ file: 'seeds/x.csv', csv: {} });
  expect(seed("path '$root/seeds/x.csv'")).toMatchObject({ file: 'seeds/x.csv' });
  expect(
    seed(
      "path '../y.csv', csv_settings (delimiter = ';', quotechar '|', header false, na_values = ('', 'NA'))",
    ),
  ).toEqual({
    kind: 'SEED',
    file: 'models/y.csv',
    contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    csv: { delimiter: ';', quotechar: '|', header: false, naValues: ['', 'NA'] },
  });
});

test('metadata', () => {
  check("cron '@daily', owner x, description 'it''s', tags (a, 'b c'), start '2024-01-31'", {
    cron: '@daily',
    owner: 'x',
    description: "it's",
    tags: ['a', 'b c'],
    start: Date.UTC(2024, 0, 31),
  });
  check('cron @hourly, tags [a], start 2024-01-31', {
    cron: '@hourly',
    tags: ['a'],
    start: Date.UTC(2024, 0, 31),
  });
  check("start '2024-01-31 06:00:00+02:00', tags a", { start: Date.UTC(2024, 0, 31, 4), tags: ['a'] });
  check('grain a', { grains: [['a']] });
  check('grain (a, "b")', { grains: [['a', 'b']] });
  check('grains (a, (b, c))', { grains: [['a'], ['b', 'c']] });
  check('columns (a INT, "b c" DECIMAL(10, 2), d STRUCT(x INT, y TEXT[]))', {
    columns: [
      { name: 'a', type: 'INT' },
      { name: 'b c', type: 'DECIMAL(10, 2)' },
      { name: 'd', type: 'STRUCT(x INT, y TEXT[])' },
    ],
  });
  check("column_descriptions (a = 'x', b.c = 'y')", { columnDescriptions: { a: 'x', 'b.c': 'y' } });
  check('dialect duckdb, enabled true, allow_partials false', {});
});

test('audit calls', () => {
  const { audits } = valid(
    `MODEL (audits (not_null(columns := (a, "b c")), x.y, in_range( min:=-1 ,max := 2.5, strict := TRUE,
       text := 'it''s', filter := a > 1, all := (a > 1, b)))); SELECT 1`,
  );
  expect(withoutLocations(audits)).toEqual([
    {
      name: 'not_null',
      text: 'not_null(columns := (a, "b c"))',
      arguments: [
        {
          name: 'columns',
          sql: '(a, "b c")',
          value: {
            kind: 'list',
            items: [
              { kind: 'name', text: 'a' },
              { kind: 'name', text: 'b c' },
            ],
          },
        },
      ],
    },
    { name: 'x.y', text: 'x.y', arguments: [] },
    {
      name: 'in_range',
      text: "in_range(min := -1, max := 2.5, strict := TRUE, text := 'it''s', filter := a > 1, all := (a > 1, b))",
      arguments: [
        { name: 'min', sql: '-1', value: { kind: 'number', text: '-1' } },
        { name: 'max', sql: '2.5', value: { kind: 'number', text: '2.5' } },
        { name: 'strict', sql: 'TRUE', value: { kind: 'boolean', value: true } },
        { name: 'text', sql: "'it''s'", value: { kind: 'string', text: "it's" } },
        { name: 'filter', sql: 'a > 1', value: { kind: 'sql', text: 'a > 1' } },
        {
          name: 'all',
          sql: '(a > 1, b)',
          value: {
            kind: 'list',
            items: [
              { kind: 'sql', text: 'a > 1' },
              { kind: 'name', text: 'b' },
            ],
          },
        },
      ],
    },
  ]);
});

test('everything knows where it stands', () => {
  const model = valid(`-- a comment
MODEL (
  name a."b",
  kind INCREMENTAL_BY_TIME_RANGE (time_column day),
  cron '@daily',
  columns (x INT, y TEXT),
  audits (not_null(columns := (x, y)))
);
@DEF(d, 1 + 2);
SELECT 1 -- end
`);
  const at = (location: Location | undefined): string =>
    `${location?.line}:${model.source.text.slice(location?.start, location?.end)}`;
  const [audit] = model.audits;
  const argument = audit?.arguments[0];
  const items = argument?.value.kind === 'list' ? argument.value.items : [];
  expect([
    at(model.nameLocation),
    at(model.kindLocation),
    at(model.kind.kind === 'INCREMENTAL_BY_TIME_RANGE' ? model.kind.timeColumnLocation : undefined),
    at(model.cronLocation),
    at(model.columns?.[1]?.location),
    at(audit?.location),
    at(argument?.location),
    at(items[1]?.location),
  ]).toEqual([
    '3:a."b"',
    '4:INCREMENTAL_BY_TIME_RANGE',
    '4:day',
    "5:'@daily'",
    '6:y TEXT',
    '7:not_null(columns := (x, y))',
    '7:columns := (x, y)',
    '7:y',
  ]);
  for (const fragment of [model.query, model.definitions[0]?.value]) {
    const start = fragment?.offset ?? 0;
    expect(model.source.text.slice(start, start + (fragment?.text.length ?? 0))).toBe(fragment?.text);
  }
});

test('statements', () => {
  const { definitions, preStatements, query, postStatements } = valid(
    "MODEL (name a.b); @DEF(x, ';'); SET a = 1; /* ; */ @def(y, x -> x + 1);\n(WITH c AS (SELECT 1) FROM c); DROP TABLE t; @IF(true, CALL x());",
  );
  expect(definitions.map((d) => [d.name, d.value.text])).toEqual([
    ['x', "';'"],
    ['y', 'x -> x + 1'],
  ]);
  expect(preStatements.map((s) => s.text)).toEqual(['SET a = 1']);
  expect(query?.text).toBe('(WITH c AS (SELECT 1) FROM c)');
  expect(postStatements.map((s) => s.text)).toEqual(['DROP TABLE t', '@IF(true, CALL x())']);
  for (const start of ['SELECT', 'with', 'FROM', 'VALUES', 'PIVOT', '((select']) {
    expect(valid(`MODEL (); ${start} x`).query?.text).toBe(`${start} x`);
  }
  expect(valid('MODEL (); SET a = 1; @IF(true, SELECT 1)').query?.text).toBe('@IF(true, SELECT 1)');
});

test('a model that is switched off is none', () => {
  expect(parse('MODEL (enabled false); SELECT 1')).toMatchObject({
    value: undefined,
    disabled: true,
    diagnostics: [],
  });
});

test('headers that are no headers', () => {
  checkErrors(
    '',
    'header-missing 1:1-1 A model starts with MODEL (...); | Write MODEL (kind FULL); before the query.',
  );
  checkErrors(
    '-- x\nSELECT 1',
    'header-missing 2:1-7 A model starts with MODEL (...); | Write MODEL (kind FULL); before the query.',
  );
  checkErrors(
    'AUDIT (name x); SELECT 1',
    'header-missing 1:1-6 A model starts with MODEL (...); | Audits stand in the folder audits/.',
  );
  checkErrors('MODEL name x; SELECT 1', "header-syntax 1:7-11 expected '(' after MODEL");
  checkErrors(
    'MODEL (name x; SELECT 1',
    "header-syntax 1:7-8 the '(' of MODEL is not closed | End the header with ');'.",
  );
  checkErrors('MODEL (grain (a]); SELECT 1', "header-syntax 1:16-17 ']' does not close '('");
  checkErrors("MODEL (description 'x); SELECT 1", 'header-syntax 1:20-21 this text is not closed');
  checkErrors(
    'MODEL (\n  audits (not_null(columns := (a, b),\n  grain a\n);\nSELECT 1',
    "header-syntax 2:19-20 this '(' is not closed before 'grain'",
  );
});

test('all mistakes of a header at once', () => {
  checkErrors(
    "MODEL (name a.b kind FUL, corn '@daily', cron '@dayly', name c, , columns (a, b INT), lookback) SELECT 1",
    "header-syntax 1:97-98 expected ';' after MODEL (...) | End the header with ');'.",
    "header-syntax 1:17-21 expected ',' or ')' after the value of 'name', found 'kind' | Put a comma before 'kind'.",
    "unknown-property 1:27-31 MODEL has no property 'corn' | Did you mean 'cron'?",
    "duplicate-property 1:57-61 'name' is given twice | Keep one of the two.",
    'header-syntax 1:65-66 expected the name of a property of MODEL, found a comma',
    expect.stringMatching(/^unknown-property 1:87-95 MODEL has no property 'lookback'/) as unknown as string,
    "invalid-kind 1:22-25 there is no kind 'FUL' | Did you mean 'FULL'?",
    expect.stringMatching(/^invalid-property 1:47-55 '@dayly' is not one of/) as unknown as string,
    "invalid-property 1:76-77 'a' is not a column with its type | Write name TYPE.",
  );
});

function wrong(header: string, ...expected: readonly string[]): void {
  checkErrors(`MODEL (${header}); SELECT 1`, ...expected);
}

test('what lint rules weigh', () => {
  const source = new SourceText(
    'models/a/b.sql',
    'MODEL (lint [no-select-star := error, layering = off]); SELECT 1',
  );
  const [model] = parseModelFile(source, { files: { list: () => [], read: () => undefined } });
  expect([...(model?.value?.lintLevels ?? [])]).toEqual([
    ['no-select-star', 'error'],
    ['layering', 'off'],
  ]);
  wrong(
    'lint (no-selct-star := error, layering := of, layering, layering := off, layering := warn)',
    "invalid-property 1:14-36 there is no lint rule 'no-selct-star' | Did you mean 'no-select-star'?",
    "invalid-property 1:38-52 'layering := of' does not say what the rule weighs | Write layering := error, layering := warn or layering := off.",
    "invalid-property 1:54-62 'layering' does not say what the rule weighs | Write layering := error, layering := warn or layering := off.",
    "invalid-property 1:81-97 the rule 'layering' is set twice | Keep one of the two.",
  );
});

test('a comment without an end does not swallow what follows', () => {
  const open = 'the comment that begins here is not closed | End it with */.';
  checkErrors('MODEL (name a.b); SELECT 1 /* x /* y */ FROM t', `syntax-error 1:28-30 ${open}`);
  checkErrors('MODEL (name a.b); SELECT 1; /* x', `syntax-error 1:29-31 ${open}`);
  const audit = parseAuditFile(new SourceText('audits/a.sql', 'AUDIT (name a); SELECT 1 /* x'));
  expect(audit.diagnostics.map((d) => `${d.code} ${d.location?.column}`)).toEqual(['syntax-error 26']);
});

test('values that are wrong', () => {
  const kinds =
    'VIEW, FULL, EMBEDDED, EXTERNAL, SEED, INCREMENTAL_BY_TIME_RANGE, INCREMENTAL_BY_UNIQUE_KEY, INCREMENTAL_BY_PARTITION, INCREMENTAL_UNMANAGED, SCD_TYPE_2_BY_TIME, SCD_TYPE_2_BY_COLUMN';
  wrong(
    'name a.b.c',
    "invalid-name 1:13-18 'a.b.c' has more than a schema and a table | Write name schema.table, in double quotes where a part is not a plain word.",
  );
  wrong(
    "name 'a'",
    "invalid-name 1:13-16 ''a'' is not the name of a model | Write name schema.table, in double quotes where a part is not a plain word.",
  );
  wrong('name', "invalid-property 1:8-12 'name' has no value");
  wrong(
    'kind MANAGED (unique_key id)',
    `invalid-kind 1:13-20 this version of Sluice does not have the kind MANAGED | The kinds are ${kinds}.`,
  );
  wrong('kind 5', `invalid-kind 1:13-14 there is no kind '5' | The kinds are ${kinds}.`);
  wrong(
    'kind INCREMENTAL_BY_TIME_RANGE (lookback -1, batch_size 0, time_colum x)',
    "unknown-property 1:67-77 kind INCREMENTAL_BY_TIME_RANGE has no property 'time_colum' | Did you mean 'time_column'?",
    "invalid-property 1:49-51 'lookback' must be a whole number of at least 0, found -1",
    "invalid-property 1:64-65 'batch_size' must be a whole number of at least 1, found 0",
    'invalid-property 1:13-38 kind INCREMENTAL_BY_TIME_RANGE needs a time_column | Write kind INCREMENTAL_BY_TIME_RANGE (time_column order_date).',
  );
  wrong(
    'kind INCREMENTAL_BY_TIME_RANGE (time_column a.b)',
    "invalid-property 1:52-55 'time_column' is the name of a column, with a format if the column is text | Write time_column order_date, or time_column (order_date, '%Y-%m-%d').",
  );
  wrong(
    "cron '* * * *'",
    "invalid-property 1:13-22 A cron expression has 5 fields (minute, hour, day, month, day of week), this one has 4 | Write cron '@daily', or cron '0 6 * * *'. Times are UTC, or those of cron_tz.",
  );
  wrong(
    "cron_tz 'Europe/Berln'",
    "invalid-property 1:16-30 'cron_tz' must be a time zone, found 'Europe/Berln' | Did you mean 'Europe/Berlin', 'Europe/Dublin' or 'Europe/Jersey'?",
  );
  wrong(
    'start someday',
    "invalid-property 1:14-21 'start' must be a date or a timestamp, found 'someday' | Write start '2024-01-31', or start '2024-01-31 06:00:00'. Times are UTC.",
  );
  wrong(
    'description x y',
    "header-syntax 1:22-23 expected ',' or ')' after the value of 'description', found 'y' | Put quotes around a text, and parentheses around a list.",
  );
  wrong(
    'grain a + b',
    "header-syntax 1:16-17 expected ',' or ')' after the value of 'grain', found '+' | Put quotes around a text, and parentheses around a list.",
  );
  wrong(
    'grain a, grains (b)',
    "duplicate-property 1:17-23 both 'grain' and 'grains' are given | Keep one of the two.",
  );
  wrong('columns (a INT, A TEXT)', "invalid-property 1:24-25 the column 'A' is declared twice");
  wrong(
    'audits (f(a))',
    'invalid-property 1:18-19 expected an argument of f with its name | Write name(argument := value), for example not_null(columns := (order_id)).',
  );
  wrong('audits (f(a := 1, A := 2))', "invalid-property 1:26-27 the argument 'A' of f is given twice");
  wrong('audits (f(a := 1),, g)', "header-syntax 1:26-27 the list of 'audits' has a comma too many");
});

test('properties without effect are warnings', () => {
  const { value, diagnostics } = parse(
    "MODEL (dialect snowflake, partitioned_by date_trunc('day', x), kind FULL (forward_only true)); SELECT 1",
  );
  expect(value?.kind.kind).toBe('FULL');
  expect(diagnostics.map((d) => `${d.severity} ${d.code} ${d.message}`)).toEqual(
    [
      ...['dialect', 'forward_only'].map((name) => `'${name}' has no effect in this version of Sluice`),
      "'partitioned_by' has no effect on a model of kind FULL",
    ].map((message) => `warning unused-property ${message}`),
  );
});

test('queries that are missing or too many', () => {
  checkErrors(
    'MODEL (name x);',
    'missing-query 1:1-6 this model has no query | Write a SELECT after the header, with a semicolon between them.',
  );
  checkErrors(
    'MODEL (name x); SELECT 1;\nSELECT 2',
    'extra-statement 2:1-9 this model has a second query | Keep one query in a file; combine two with UNION ALL.',
  );
  checkErrors(
    'MODEL (kind EXTERNAL); SELECT 1',
    'extra-statement 1:24-32 A model of kind EXTERNAL has no query | Remove it, or change the kind.',
  );
  checkErrors(
    'MODEL (name x); @DEF(1); SELECT 1',
    'invalid-macro 1:17-24 @DEF takes a name and a value | Write @DEF(name, value);',
  );
  checkErrors(
    'MODEL (name x); SELECT 1; @DEF(a, 1);',
    'extra-statement 1:27-31 @DEF stands after the query | Move it before the query.',
  );
});

test('seeds that are missing', () => {
  const hint = "A path is relative to the model's file; $root/ starts at the project folder.";
  checkErrors(
    "MODEL (kind SEED (path 'x.csv'))",
    `seed-file-missing 1:24-31 there is no file 'models/staging/x.csv' | ${hint}`,
  );
  checkErrors(
    "MODEL (kind SEED (path '../../../x.csv'))",
    `seed-file-missing 1:24-40 the seed '../../../x.csv' is outside the project | ${hint}`,
  );
  checkErrors(
    'MODEL (kind SEED)',
    "invalid-property 1:13-17 kind SEED needs a path | Write kind SEED (path '../../seeds/x.csv').",
  );
});

test('a broken model still has its name', () => {
  expect(parse('MODEL (name c.d, kind NONE); SELECT 1').name).toBe('c.d');
  expect(parse('MODEL (name c.d; SELECT 1').name).toBe('staging.orders');
});

test('brackets within brackets without end do not throw', () => {
  const nested = `${'('.repeat(5000)}a${')'.repeat(5000)}`;
  expect(parse(`MODEL (audits (f(a := ${nested})), tags ${nested}); SELECT 1`).diagnostics).toHaveLength(1);
});

test('mutations of a model never throw, and locations stay inside the file', () => {
  const text = `MODEL (name a.b, kind INCREMENTAL_BY_TIME_RANGE (time_column (d, '%Y'), lookback 2), cron '@daily',
    grains (a, (b, c)), audits (f(a := (x, y), b := -1), g), columns (a INT, b DECIMAL(1, 2)), tags [a, 'b'],
    column_descriptions (a = 'x'), start '2024-01-01'); @DEF(x, 1); SELECT $$ ; $$, "q" FROM t; DROP TABLE x`;
  const edit = fc.record({
    at: fc.nat(text.length),
    remove: fc.nat(6),
    insert: fc.constantFrom(
      '',
      '(',
      ')',
      '[',
      ']',
      ',',
      ';',
      "'",
      '"',
      ':=',
      '@',
      '--',
      '/*',
      ' ',
      'kind',
      '\n',
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let mutated = text;
      for (const e of edits) mutated = mutated.slice(0, e.at) + e.insert + mutated.slice(e.at + e.remove);
      const { value, diagnostics } = parse(mutated);
      for (const d of diagnostics) expect(d.location?.end).toBeLessThanOrEqual(mutated.length);
      const broken = diagnostics.some((d) => d.severity === 'error');
      expect(value === undefined).toBe(broken);
    }),
    { numRuns: 1500 },
  );
});
