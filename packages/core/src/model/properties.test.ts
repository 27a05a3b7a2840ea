/** Every property that SQLMesh documents is known: acted upon, or a warning that names it. None is an error. */
import { expect, test } from 'vitest';
import { SourceText } from '../diagnostic/index.ts';
import { parseAuditFile } from './parse-audit.ts';
import { parseModelFile } from './parse-model.ts';

const MODEL = {
  name: 'a.b',
  kind: 'FULL',
  audits: '(not_null(columns := (a)))',
  owner: 'me',
  tags: '[a]',
  cron: "'@daily'",
  start: "'2024-01-01'",
  description: "'x'",
  column_descriptions: "(a = 'x')",
  grain: 'a',
  columns: '(a INT)',
  enabled: 'true',
  formatting: 'true',
  ignored_rules: '[noselectstar]',
  dialect: 'duckdb',
  allow_partials: 'false',
  signals: '(is_there(days := 2))',
  depends_on: "(raw.orders, 'raw.customers', db.raw.items)",
  lint: '(no-select-star := off)',
};

const MODEL_WARNED =
  `project stamp cron_tz interval_unit end references table_format storage_format partitioned_by
  clustered_by physical_properties virtual_properties session_properties gateway optimize_query validate_query
  virtual_environment_mode physical_version pre_statements post_statements on_virtual_update grants
  grants_target_layer table_properties default_catalog`.split(/\s+/);

const AUDIT_WARNED =
  'cron cron_tz depends_on description end interval_unit owner project stamp start tags'.split(' ');

function parse(header: string): readonly string[] {
  const source = new SourceText('models/a/b.sql', `MODEL (${header}); SELECT 1 AS a`);
  const files = { list: () => [], read: () => undefined };
  return parseModelFile(source, { files }).flatMap((m) =>
    m.diagnostics.map((d) => `${d.severity} ${d.message}`),
  );
}

test.each(Object.entries(MODEL))('MODEL (%s ...) is acted upon', (name, value) => {
  expect(parse(`${name} ${value}`)).toEqual([]);
});

test.each(MODEL_WARNED)('MODEL (%s ...) is read', (name) => {
  const said = parse(`${name} x`);
  // Some are acted upon by now; what they take is checked where that is done.
  for (const message of said) expect(message).toMatch(new RegExp(`'${name}'|cannot|must|partition`, 'i'));
  expect(said.filter((m) => m.includes('has no property'))).toEqual([]);
});

test.each([
  'INCREMENTAL_BY_UNIQUE_KEY (unique_key a,',
  'INCREMENTAL_UNMANAGED (',
  'SCD_TYPE_2_BY_TIME (unique_key a,',
  'SCD_TYPE_2_BY_COLUMN (unique_key a, columns (b),',
])('kind %s ...) takes what SQLMesh gives all incremental kinds', (kind) => {
  expect(parse(`kind ${kind} auto_restatement_cron '@weekly', batch_concurrency 2)`)).toEqual([
    "warning 'auto_restatement_cron' has no effect in this version of Sluice",
    "warning 'batch_concurrency' has no effect in this version of Sluice",
  ]);
});

test.each(AUDIT_WARNED)('AUDIT (%s ...) is read', (name) => {
  const source = new SourceText('audits/a.sql', `AUDIT (name a, ${name} x); SELECT 1 AS a`);
  expect(parseAuditFile(source).diagnostics.map((d) => `${d.severity} ${d.message}`)).toEqual([
    `warning '${name}' has no effect in this version of Sluice`,
  ]);
});

test('what neither knows is an error with a suggestion', () => {
  expect(parse('onwer x')).toEqual(["error MODEL has no property 'onwer'"]);
});
