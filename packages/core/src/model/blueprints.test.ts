import { expect, test } from 'vitest';
import { SourceText } from '../diagnostic/index.ts';
import { parseModelFile } from './parse-model.ts';

function parse(text: string, variables: Readonly<Record<string, string>> = {}) {
  return parseModelFile(new SourceText('models/s/t.sql', text), {
    files: { list: () => [], read: () => undefined },
    variables: new Map(Object.entries(variables)),
  });
}

function messages(text: string): readonly string[] {
  return parse(text).flatMap((m) =>
    m.diagnostics.map(
      (d) => `${d.code} ${d.location?.line}:${d.location?.column}-${d.location?.endColumn} ${d.message}`,
    ),
  );
}

test('a file makes a model for each blueprint', () => {
  const text = `MODEL (
  name @customer.orders_@{region},
  kind FULL,
  description 'Orders of @{customer}',
  tags (@BLUEPRINT_VAR('region'), "x @{region}"),
  audits (not_null(columns := (@field)), mine(x := @start_ds)),
  blueprints (
    (customer := acme, region := 'EU', field := a),
    (customer := "b c", region := us, field := b),
  )
);
SELECT @field FROM t;`;
  const models = parse(text);
  expect(models.flatMap((m) => m.diagnostics)).toEqual([]);
  expect(models.map((m) => m.value?.name)).toEqual(['acme.orders_EU', 'b c.orders_us']);
  expect(models.map((m) => m.value?.description)).toEqual(['Orders of acme', 'Orders of b c']);
  expect(models.map((m) => m.value?.tags)).toEqual([
    ['EU', 'x EU'],
    ['us', 'x us'],
  ]);
  expect(models.map((m) => m.value?.audits.map((a) => a.arguments[0]?.sql))).toEqual([
    ['(a)', '@start_ds'],
    ['(b)', '@start_ds'],
  ]);
  expect(models.map((m) => m.value?.query?.text)).toEqual(['SELECT @field FROM t', 'SELECT @field FROM t']);
  expect(models.map((m) => [...(m.value?.blueprint ?? [])].join(' '))).toEqual([
    "customer,acme region,'EU' field,a",
    'customer,"b c" region,us field,b',
  ]);
  const [first] = models;
  // Places are the author's.
  const { value } = first ?? {};
  expect(text.slice(value?.nameLocation.start, value?.nameLocation.end)).toBe('@customer.orders_@{region}');
  const query = value?.query?.offset ?? 0;
  expect(value?.source.locate(query, query + 6)).toMatchObject({ line: 12, column: 1, endColumn: 7 });
});

test('variables of the project fill headers too', () => {
  const [model] = parse('MODEL (name @{layer}.orders, kind FULL, cron @daily); SELECT 1 AS a', {
    layer: "'staging'",
  });
  expect(model?.value?.name).toBe('staging.orders');
  expect(model?.value?.cron).toBe('@daily');
});

test('mistakes are said once, at the place of the author', () => {
  expect(messages('MODEL (name a.@x, kind FUL, blueprints ((x := b), (x := c))); SELECT 1 AS a')).toEqual([
    "invalid-kind 1:24-27 there is no kind 'FUL'",
  ]);
  expect(messages('MODEL (name a.@x, blueprints (1, 2)); SELECT 1 AS a')[0]).toBe(
    'invalid-property 1:31-32 expected a value of this blueprint with its name',
  );
  expect(messages('MODEL (name a.@x, blueprints @gen()); SELECT 1 AS a')[0]).toBe(
    "invalid-property 1:30-36 'blueprints' is a list of lists of values",
  );
});
