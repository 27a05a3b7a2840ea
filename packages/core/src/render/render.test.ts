import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceText } from '../diagnostic/index.ts';
import { raw } from '../sql/quote.ts';
import { render } from './render.ts';
import type { RenderContext } from './rendered.ts';

const COLUMNS: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>> = {
  '.foo': [
    { name: 'a', type: 'INTEGER' },
    { name: 'b', type: 'VARCHAR' },
    { name: 'c', type: 'VARCHAR' },
    { name: 'D d', type: 'DATE' },
  ],
  '.bar': [
    { name: 'c', type: 'VARCHAR' },
    { name: 'A', type: 'INTEGER' },
    { name: 'b', type: 'INTEGER' },
  ],
  '.other': [{ name: 'z', type: 'INTEGER' }],
  'staging.orders': [{ name: 'id', type: 'INTEGER' }],
};

const CONTEXT: RenderContext = {
  interval: { start: Date.UTC(2024, 0, 1), end: Date.UTC(2024, 0, 3) },
  executionTime: Date.UTC(2024, 0, 3, 4, 5, 6, 789),
  variables: {
    currency: 'EUR',
    rate: 1.5,
    on: true,
    nothing: null,
    Schema: 'staging',
    below: -1,
    quote: "it's",
    markets: ['DE', 'FR'],
    shape: { 'a b': [1, null], c: "it's" },
  },
  thisModel: raw('"marts"."revenue"'),
  modelKind: 'INCREMENTAL_BY_TIME_RANGE',
  parameters: new Map([
    ['column', 'order_id'],
    ['columns', '(a, "b c")'],
    ['limit_', "@var('rate')"],
    ['loop', '@loop'],
  ]),
  blueprint: new Map([
    ['customer', 'acme'],
    ['region', "'EU'"],
  ]),
  columns: ({ schema, table }) => (table === 'late' ? 'later' : COLUMNS[`${schema}.${table}`]),
  macros: new Map(),
  gateway: 'local',
  environment: 'dev',
  stage: 'evaluating',
};

interface Options {
  readonly definitions?: Readonly<Record<string, string>>;
}

function run(sql: string, options: Options = {}) {
  const source = new SourceText('models/x.sql', sql);
  const definitions = Object.entries(options.definitions ?? {}).map(([name, text]) => ({
    name,
    value: { text, offset: 0 },
  }));
  return render({ text: sql, offset: 0 }, source, CONTEXT, definitions);
}

/** Rendered SQL, without complaints. */
function check(sql: string, expected: string, options?: Options): void {
  const { value, diagnostics } = run(sql, options);
  expect(
    diagnostics.map((d) => d.message),
    sql,
  ).toEqual([]);
  expect(value.sql).toBe(expected);
}

/** `code line:column-endColumn message`, and the hint after a bar. */
function checkError(sql: string, expected: string, options?: Options): void {
  const [first, ...more] = run(sql, options).diagnostics;
  expect(more, sql).toEqual([]);
  const at = first?.location;
  const hint = first?.hint === undefined ? '' : ` | ${first.hint}`;
  expect(`${first?.code} ${at?.line}:${at?.column}-${at?.endColumn} ${first?.message}${hint}`).toBe(expected);
}

test('time macros are those of SQLMesh', () => {
  check('@start_ds @end_ds @execution_ds', "'2024-01-01' '2024-01-02' '2024-01-03'");
  check('@start_ts', "'2024-01-01 00:00:00'");
  check('@end_ts', "'2024-01-02 23:59:59.999999'");
  check('@execution_ts', "'2024-01-03 04:05:06.789000'");
  check('@start_tstz', "'2024-01-01 00:00:00+00:00'");
  check('@end_date', "CAST('2024-01-02' AS DATE)");
  check('@end_dt', "CAST('2024-01-02 23:59:59.999999+00:00' AS TIMESTAMPTZ)");
  check('@start_dtntz', "CAST('2024-01-01 00:00:00' AS TIMESTAMP)");
  check('@start_hour @end_hour', '0 23');
  check('@start_epoch @end_epoch', '1704067200.0 1704239999.999');
  check('@start_millis @end_millis', '1704067200000 1704239999999');
  check('@interval_start', "CAST('2024-01-01 00:00:00' AS TIMESTAMP)");
  check('@INTERVAL_END', "CAST('2024-01-03 00:00:00' AS TIMESTAMP)");
  check('BETWEEN @start_ds AND @{end_ds}', `BETWEEN '2024-01-01' AND "2024-01-02"`);
});

/** All forms of one of the three instants. */
function rendered(prefix: string): readonly string[] {
  return 'ds ts tstz date dt dtntz hour epoch millis'.split(' ').map((f) => run(`@${prefix}_${f}`).value.sql);
}

test('every time macro there is', () => {
  expect(rendered('start')).toEqual([
    "'2024-01-01'",
    "'2024-01-01 00:00:00'",
    "'2024-01-01 00:00:00+00:00'",
    "CAST('2024-01-01' AS DATE)",
    "CAST('2024-01-01 00:00:00+00:00' AS TIMESTAMPTZ)",
    "CAST('2024-01-01 00:00:00' AS TIMESTAMP)",
    '0',
    '1704067200.0',
    '1704067200000',
  ]);
  expect(rendered('end')).toEqual([
    "'2024-01-02'",
    "'2024-01-02 23:59:59.999999'",
    "'2024-01-02 23:59:59.999999+00:00'",
    "CAST('2024-01-02' AS DATE)",
    "CAST('2024-01-02 23:59:59.999999+00:00' AS TIMESTAMPTZ)",
    "CAST('2024-01-02 23:59:59.999999' AS TIMESTAMP)",
    '23',
    '1704239999.999',
    '1704239999999',
  ]);
  expect(rendered('execution')).toEqual([
    "'2024-01-03'",
    "'2024-01-03 04:05:06.789000'",
    "'2024-01-03 04:05:06.789000+00:00'",
    "CAST('2024-01-03' AS DATE)",
    "CAST('2024-01-03 04:05:06.789000+00:00' AS TIMESTAMPTZ)",
    "CAST('2024-01-03 04:05:06.789000' AS TIMESTAMP)",
    '4',
    '1704254706.789',
    '1704254706789',
  ]);
});

test('time macros are collected, also those in arguments and definitions', () => {
  const { value } = run('@IF(1 = 1, @Start_DS) @d @this_env', { definitions: { d: 'x = @end_ts' } });
  expect([...value.timeMacros]).toEqual(['start_ds', 'end_ts']);
});

test('names of context', () => {
  check('FROM @this_model', 'FROM "marts"."revenue"');
  check("@this_env @runtime_stage = 'x'", "'dev' 'evaluating' = 'x'");
  check('@model_kind_name', "'INCREMENTAL_BY_TIME_RANGE'");
  check('sum(@column)', 'sum(order_id)');
  check('@limit_', '1.5');
});

test('names made of the physical table', () => {
  check(
    "COPY t TO @RESOLVE_TEMPLATE('out/@{schema_name}/it''s @{table_name}.csv')",
    "COPY t TO 'out/marts/it''s revenue.csv'",
  );
  check("FROM @resolve_template('kept.@{table_name}', mode := 'table')", 'FROM "kept"."revenue"');
});

test('variables', () => {
  check('@currency @rate @on @nothing @quote', "'EUR' 1.5 TRUE NULL 'it''s'");
  check("@VAR('currency') @var( 'CURRENCY' )", "'EUR' 'EUR'");
  check("@var('missing', 1 + 2) @var('rate', 0)", '1 + 2 1.5');
  check('1-@below', '1- -1');
  check(
    "@EACH(@markets, m -> @{m}_total), name IN @markets, @VAR('shape')",
    "DE_total, FR_total, name IN ['DE', 'FR'], {'a b': [1, NULL], 'c': 'it''s'}",
  );
  check("@IF('DE' IN @markets, 1, 2)", '1');
});

test('values inside names', () => {
  check('FROM @{schema}.orders_@{currency}_x', 'FROM staging.orders_EUR_x');
  check('FROM @schema.orders', 'FROM staging.orders');
  check('FROM a.@schema', 'FROM a.staging');
  check('amount_@currency', 'amount_EUR');
  check('t.c_@{end_ds}, @{rate} @{column}_2', 't."c_2024-01-02", 1.5 order_id_2');
  check(
    '@EACH([\'a b\', "c d", e], x -> t.@{x} AS n_@x)',
    't."a b" AS "n_a b", t."c d" AS "n_c d", t.e AS n_e',
  );
  check('"amount in @{currency}" "a@b" "@currency"', '"amount in EUR" "a@b" "@currency"');
  check('"@{quote} ""x"""', '"it\'s ""x"""');
});

test('what is no macro stays', () => {
  for (const sql of [
    'SELECT 1',
    "'me@example.org' -- @nope\n /* @nope */ $$ @nope $$ e'\\'@nope'",
    '@ -5, @(-5), @-5, @5, [1] @> [1], [1] <@ [1], a @@ b, @@nope',
    '"a@nope"',
  ]) {
    check(sql, sql);
  }
  check('a>=@start_ds', "a>='2024-01-01'");
});

test('@DEF values and functions', () => {
  check('@x + @y', '1 + 1 * 2', { definitions: { x: '1', y: '@x * 2' } });
  check('@area(r + 1)', 'pi() * (r + 1) * (r + 1)', { definitions: { area: 'r -> pi() * r * r' } });
  check('@f(a.b, g(c))', 'a.b / NULLIF(g(c), 0)', { definitions: { f: '(x, y) -> x / NULLIF(y, 0)' } });
  check('@volume((d / 2), h)', 'pi() * (d / 2) * (d / 2) * h', {
    definitions: { area: 'r -> pi() * r * r', volume: '(r, h) -> @area(@r) * h' },
  });
  check('list_transform(l, @f)', 'list_transform(l, x -> x + 1)', { definitions: { f: 'x -> x + 1' } });
});

test('@IF', () => {
  check("SELECT a, @IF(@this_env = 'dev', b, c) FROM t", 'SELECT a, b FROM t');
  check("SELECT a, @IF(@this_env = 'prod', b) FROM t", 'SELECT a  FROM t');
  check('SELECT @IF(false, b), a FROM t', 'SELECT  a FROM t');
  check('SELECT @IF(false, b), @IF(false, c), a FROM t', 'SELECT   a FROM t');
  check('SELECT a, @IF(false, b), @IF(false, c) FROM t', 'SELECT a   FROM t');
  check('SELECT a, @IF(false, b), c FROM t', 'SELECT a , c FROM t');
  check('f(@IF(false, b))', 'f()');
  check('@IF(@nothing, 1, 2)', '2');
  check("@if(@currency IN ('EUR', 'USD') AND NOT @rate < 1, @IF(true, a), b)", 'a');
});

test('@EVAL is exact', () => {
  check('@EVAL(5 + @rate)', '6.5');
  check('@EVAL(0.1 + 0.2)', '0.3');
  check('@EVAL(7 / 2)', '3.5');
  check('@EVAL(-7 // 2)', '-3');
  check('@EVAL(7 % 4 * 2 - -1)', '7');
  check("@EVAL('a' || 'b''c')", "'ab''c'");
  check("@EVAL('a' < 'b' AND 2 BETWEEN 1 AND 3)", 'TRUE');
  check('@EVAL(NULL = 1 OR false)', 'NULL');
  check('@EVAL(NULL IS NULL)', 'TRUE');
  check('@EVAL(1 NOT IN (2, 3))', 'TRUE');
  check("@EVAL('abc' LIKE 'a%' AND 'abc' NOT LIKE 'a_')", 'TRUE');
  check('@EVAL(1e3 * 1_000)', '1000000');
});

test('@EACH, @FILTER, @REDUCE', () => {
  check(
    'SELECT @EACH([4, 5], x -> CASE WHEN n = x THEN 1 END AS n_@x)',
    'SELECT CASE WHEN n = 4 THEN 1 END AS n_4, CASE WHEN n = 5 THEN 1 END AS n_5',
  );
  check("@EACH(['a', 'b'], x -> x = @x AS is_@{x}_)", "'a' = 'a' AS is_a_, 'b' = 'b' AS is_b_");
  check('@EACH((a, b), c -> t.c + c.d + c(c))', 't.c + c.d + c(a), t.c + c.d + c(b)');
  check('@EACH(@columns, c -> c IS NULL)', 'a IS NULL, "b c" IS NULL');
  check('@EACH(@column, c -> c IS NULL)', 'order_id IS NULL');
  check('@EACH(a, b, c -> max(c))', 'max(a), max(b)');
  check(
    "FROM a @EACH(['b', 'c'], x -> LEFT JOIN @{x} USING (id))",
    'FROM a LEFT JOIN b USING (id) LEFT JOIN c USING (id)',
  );
  check('@EACH([1, 2], x -> @EACH([3, 4], y -> x * y))', '1 * 3, 1 * 4, 2 * 3, 2 * 4');
  check('SELECT a, @EACH([], x -> x) FROM t', 'SELECT a  FROM t');
  check('@EACH(@FILTER([1, 2, 3], x -> x > 1), x -> -x)', '-2, -3');
  check(
    'WHERE @REDUCE(@EACH([a, b, c], x -> x = 1), (x, y) -> x AND y)',
    'WHERE ((a = 1) AND (b = 1)) AND (c = 1)',
  );
});

test('the other functions', () => {
  check('WHERE @AND(a = 1, NULL, b OR c)', 'WHERE ((a = 1) AND (b OR c))');
  check('WHERE @OR(a, @IF(false, b))', 'WHERE a');
  check('@AND(NULL)', 'TRUE');
  check("@SQL('a + @column')", 'a + order_id');
  check('@SAFE_DIV(a, b + c)', '(a / NULLIF(b + c, 0))');
  check(
    '@SAFE_ADD(a, b)',
    'CASE WHEN a IS NULL AND b IS NULL THEN NULL ELSE COALESCE(a, 0) + COALESCE(b, 0) END',
  );
  check(
    "@GENERATE_SURROGATE_KEY(a, b, hash_function := 'SHA256')",
    "SHA256(CONCAT(COALESCE(CAST(a AS TEXT), '_sqlmesh_surrogate_key_null_'), '|', COALESCE(CAST(b AS TEXT), '_sqlmesh_surrogate_key_null_')))",
  );
});

test('@STAR lists columns', () => {
  check(
    'SELECT @STAR(foo) FROM foo',
    'SELECT "foo"."a" AS "a", "foo"."b" AS "b", "foo"."c" AS "c", "foo"."D d" AS "D d" FROM foo',
  );
  check(
    "SELECT @STAR(foo, bar, exclude := [c, \"D d\"], prefix := 'baz_', suffix := '_x') FROM foo AS bar",
    'SELECT "bar"."a" AS "baz_a_x", "bar"."b" AS "baz_b_x" FROM foo AS bar',
  );
  check(
    "@STAR(foo, bar, [c, \"D d\"], 'baz_', '_qux')",
    '"bar"."a" AS "baz_a_qux", "bar"."b" AS "baz_b_qux"',
  );
  check(
    "@STAR(foo, bar, exclude := [c, \"D d\"], 'ab_'), @STAR(foo, bar, exclude := [a, b, c], 'd_'), x",
    '"bar"."a" AS "ab_a", "bar"."b" AS "ab_b", "bar"."D d" AS "d_D d", x',
  );
  check('@STAR(@{schema}.orders, o, quote_identifiers := false)', 'o.id AS id');
  check('x, @STAR(foo, exclude := (a, b, C, "d d"))', 'x ');
  check('SELECT @STAR(late, l) FROM late AS l', 'SELECT "l".* FROM late AS l');
  expect(run('SELECT @STAR(late) FROM late').value.awaited).toEqual([{ schema: '', table: 'late' }]);
});

test('@UNION takes the columns all have', () => {
  check("@UNION('distinct', foo, bar)", 'SELECT "a", "c" FROM foo\nUNION\nSELECT "a", "c" FROM bar');
  check('@UNION(true, foo, bar)', 'SELECT "a", "c" FROM foo\nUNION ALL\nSELECT "a", "c" FROM bar');
  check("@UNION(@this_env = 'prod', 'all', foo, bar)", 'SELECT "a", "c" FROM foo');
  check("@UNION('all', foo, late)", 'SELECT * FROM foo\nUNION ALL\nSELECT * FROM late');
});

test('macros that write queries', () => {
  check(
    "@deduplicate(foo, [a, cast(t AS date)], ['t desc', 'b asc'])",
    'SELECT * FROM foo QUALIFY ROW_NUMBER() OVER (PARTITION BY a, cast(t AS date) ORDER BY t desc, b asc) = 1',
  );
  check(
    "@date_spine('week', '2022-01-20', '2024-12-16')",
    "SELECT date_week FROM UNNEST(CAST(generate_series(CAST('2022-01-20' AS DATE), CAST('2024-12-16' AS DATE), INTERVAL 1 WEEK) AS DATE[])) AS _exploded(date_week)",
  );
  check(
    "SELECT @PIVOT(status, ['a', 'b']) FROM t",
    `SELECT SUM(CASE WHEN status = 'a' THEN 1 ELSE 0 END) AS "'a'", SUM(CASE WHEN status = 'b' THEN 1 ELSE 0 END) AS "'b'" FROM t`,
  );
  check(
    "@PIVOT(status, ['a'], agg := 'max', prefix := 'n_', then_value := amount, else_value := NULL, quote := false, distinct := true)",
    "max(DISTINCT CASE WHEN status = 'a' THEN amount ELSE NULL END) AS n_a",
  );
  check('@PIVOT(a + b, [1], false)', 'SUM(CASE WHEN (a + b) = 1 THEN 1 ELSE 0 END)');
  check(
    "@HAVERSINE_DISTANCE(a, b, c, d, 'km')",
    '(7922 * ASIN(SQRT(POWER(SIN(RADIANS((c - a) / 2)), 2) + COS(RADIANS(a)) * COS(RADIANS(c)) * POWER(SIN(RADIANS((d - b) / 2)), 2))) * 1.60934)',
  );
});

test('clause operators keep or drop a clause', () => {
  check('SELECT * FROM a @WHERE(true) b = 1 GROUP BY c', 'SELECT * FROM a WHERE b = 1 GROUP BY c');
  check('SELECT * FROM a @WHERE(1 > 2) b = 1 GROUP BY c', 'SELECT * FROM a  GROUP BY c');
  check(
    'SELECT * FROM (SELECT * FROM a @WHERE(false) b IS DISTINCT FROM 2) x',
    'SELECT * FROM (SELECT * FROM a ) x',
  );
  check('@WITH(true) a AS (SELECT 1) SELECT * FROM a', 'WITH a AS (SELECT 1) SELECT * FROM a');
  check('@WITH(false) a AS (SELECT 1) SELECT * FROM b', ' SELECT * FROM b');
  check(
    'SELECT * FROM a LEFT OUTER @JOIN(true) b ON a.x = b.x',
    'SELECT * FROM a LEFT OUTER JOIN b ON a.x = b.x',
  );
  check(
    'SELECT * FROM a LEFT OUTER @JOIN(false) b ON left(a.x, 1) = b.x JOIN c USING (x)',
    'SELECT * FROM a  JOIN c USING (x)',
  );
  check('SELECT * FROM a @JOIN(false) b ON a.x = b.x, c', 'SELECT * FROM a , c');
  check(
    'SELECT x FROM a @GROUP_BY(false) x, y @HAVING(true) count(*) > 1 @ORDER_BY(false) x @LIMIT(true) 10',
    'SELECT x FROM a  HAVING count(*) > 1  LIMIT 10',
  );
  check('SELECT x FROM a @ORDER_BY(false) x LIMIT 1', 'SELECT x FROM a  LIMIT 1');
  check("SELECT x FROM a @LIMIT(@gateway = 'local') 5 OFFSET 2", 'SELECT x FROM a LIMIT 5 OFFSET 2');
  check('SELECT x FROM a @LIMIT(false) 5 UNION ALL SELECT 1', 'SELECT x FROM a  UNION ALL SELECT 1');
});

test('blueprint values', () => {
  check("@customer.orders, @BLUEPRINT_VAR('Region'), @VAR('region')", "acme.orders, 'EU', 'EU'");
  check("staging.@{customer}_orders, @BLUEPRINT_VAR('nope', 1)", 'staging.acme_orders, 1');
});

test('errors point at what is wrong', () => {
  checkError(
    'SELECT\n  @strat_ds',
    "unknown-macro 2:3-12 there is no macro @strat_ds | Did you mean '@start_ds', '@start_dt' or '@start_ts'?",
  );
  checkError(
    '@foo(1)',
    'unknown-macro 1:1-5 there is no macro @foo | Declare a variable of that name in project.yaml, or write @DEF(name, value); before the query.',
  );
  checkError(
    "@resolve_template('a/@{catalog_name}/b')",
    'invalid-macro 1:19-40 there is nothing to put in the place of @{catalog_name}: all tables are in the one warehouse | Leave it out of the template.',
  );
  checkError(
    "@resolve_template('@{nme}')",
    'invalid-macro 1:19-27 a template has no @{nme} | What it may hold is @{schema_name} and @{table_name}.',
  );
  checkError(
    '@resolve_template(1 + 1)',
    "invalid-macro 1:19-24 @RESOLVE_TEMPLATE takes its template as a text | Write @RESOLVE_TEMPLATE('out/@{schema_name}/@{table_name}.parquet').",
  );
  checkError(
    "@resolve_template('a', 'b')",
    "invalid-macro 1:24-27 @RESOLVE_TEMPLATE knows the modes 'literal' and 'table'",
  );
  checkError(
    '@STAR(staging.nope)',
    "unknown-table 1:7-19 there is no model or source 'staging.nope' | Models are under models/, sources are declared in project.yaml.",
  );
  checkError(
    '@STAR(foo, exclude := [x])',
    "invalid-macro 1:23-26 foo has no column 'x' to exclude | Its columns are a, b, c, D d.",
  );
  checkError(
    '@STAR(foo, prefx := 1)',
    "invalid-macro 1:12-22 @STAR has no argument 'prefx' | Its arguments are relation, alias, exclude, prefix, suffix, quote_identifiers, except_.",
  );
  checkError(
    '@STAR(1 + 1)',
    "invalid-macro 1:7-12 @STAR takes the name of a model or a source, found '1 + 1' | Write schema.name.",
  );
  checkError(
    "@UNION('all', foo, other)",
    'invalid-macro 1:1-26 foo and other have no column of the same name and type | Cast the columns in the models, so that they agree.',
  );
  checkError(
    "@DATE_SPINE('hour', '2024-01-01', '2024-01-02')",
    "invalid-macro 1:13-19 @DATE_SPINE does not know the date part 'hour' | Write one of 'day', 'week', 'month', 'quarter', 'year'.",
  );
  checkError(
    "@DATE_SPINE('day', '2024-13-01', '2024-01-02')",
    "invalid-macro 1:20-32 '2024-13-01' is not a date | Write '2024-01-31', or an expression.",
  );
  checkError(
    "@BLUEPRINT_VAR('nope')",
    "invalid-macro 1:16-22 this model's blueprint has no variable 'nope' | Declare it in every entry of blueprints (...), or give a default.",
  );
  checkError(
    "@var('curency')",
    "unknown-variable 1:6-15 there is no variable 'curency' | Did you mean 'currency'?",
  );
  checkError(
    '@var(x)',
    "invalid-macro 1:6-7 @VAR takes the name of a variable as a text | Write @VAR('name').",
  );
  checkError('@IF(true)', 'invalid-macro 1:1-10 @IF takes 2 to 3 arguments, found 1');
  checkError(
    '@IF(prod = 1, 2)',
    "invalid-macro 1:5-13 @IF cannot evaluate 'prod = 1': only constants can be evaluated before the query runs, found 'prod'",
  );
  checkError(
    "@IF('a' = 1, 2)",
    "invalid-macro 1:5-12 @IF cannot evaluate ''a' = 1': cannot compare the text 'a' with the number 1",
  );
  checkError('@EVAL(1 +)', "invalid-macro 1:7-10 @EVAL cannot evaluate '1 +': the end is not expected there");
  checkError(
    '@EACH([1], 2)',
    'invalid-macro 1:12-13 the last argument of @EACH is a lambda | Write @EACH([a, b], x -> x + 1).',
  );
  checkError('SELECT @IF', 'invalid-macro 1:8-11 @IF needs arguments | Write @IF(...).');
  checkError('@IF(true, (1)', "invalid-macro 1:1-5 the '(' of @IF is not closed");
});

test('macros that multiply without end are stopped', () => {
  const definitions = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`d${i}`, `@d${i + 1} @d${i + 1}`]),
  );
  checkError('@d0', 'invalid-macro 1:1-4 these macros expand to too much', {
    definitions: { ...definitions, d40: '@on' },
  });
  const deep = `${'@IF(true, '.repeat(3000)}1${')'.repeat(3000)}`;
  expect(run(deep).diagnostics.map((d) => d.message)).toEqual(['these macros expand to too much']);
});

test('errors inside arguments point into them', () => {
  checkError(
    '@IF(true, a +\n  @nope)',
    'unknown-macro 2:3-8 there is no macro @nope | Declare a variable of that name in project.yaml, or write @DEF(name, value); before the query.',
  );
  checkError('@a', 'invalid-macro 1:1-3 @a is defined by itself', { definitions: { a: '@b', b: '@a' } });
  checkError('@f(1)', 'invalid-macro 1:1-6 @f is defined by itself', { definitions: { f: 'x -> @f(x)' } });
  checkError('@loop', 'invalid-macro 1:1-6 @loop is defined by itself');
  checkError(
    'FROM @{nope}',
    'unknown-macro 1:6-13 there is no macro @nope | Declare a variable of that name in project.yaml, or write @DEF(name, value); before the query.',
  );
  checkError(
    '"a @{nope}"',
    'unknown-macro 1:1-12 there is no macro @nope | Declare a variable of that name in project.yaml, or write @DEF(name, value); before the query.',
  );
  checkError('@{a', "invalid-macro 1:1-4 '@{a' is not closed | Write @{name}.");
});

/** The author's text that a stretch of the rendered SQL comes from. */
function checkMap(sql: string, rendered: string, expected: string, options?: Options): void {
  const { value } = run(sql, options);
  const at = value.sql.indexOf(rendered);
  expect(at, value.sql).toBeGreaterThanOrEqual(0);
  const location = value.map.locate(at, at + rendered.length);
  expect(sql.slice(location?.start, location?.end)).toBe(expected);
}

test('the map leads back to the author', () => {
  checkMap('SELECT a + b', 'a + b', 'a + b');
  checkMap('SELECT @start_ds + foo', 'foo', 'foo');
  checkMap('SELECT @start_ds + foo', '2024', '@start_ds');
  checkMap('SELECT @IF(true, a + foo)', 'foo', 'foo');
  checkMap('SELECT @EACH([foo, bar], x -> x + baz)', 'bar', 'bar');
  checkMap('SELECT @EACH([foo, bar], x -> x + baz)', 'baz', 'baz');
  checkMap('SELECT @EACH([@currency], x -> x + 1)', "'EUR'", '@currency');
  checkMap('SELECT @d + 1', 'deep', '@d', { definitions: { d: 'deep' } });
  checkMap('SELECT @AND(a, b)', ' AND ', '@AND(a, b)');
});

test('a text without macros is itself', () => {
  const source = new SourceText('x.sql', 'MODEL (); SELECT foo');
  const { value } = render({ text: 'SELECT foo', offset: 10 }, source, CONTEXT);
  expect(value.sql).toBe('SELECT foo');
  expect(value.map.locate(7, 10)?.column).toBe(18);
});

test('whatever is written, rendering ends and covers its output', () => {
  const words =
    '@IF @EACH @AND @VAR @EVAL @x @{x} @start_ds @column @columns @SQL x -> ( ) [ ] , 1 \'a\' "b" @ . + - NOT true';
  const piece = fc.constantFrom(' ', ...words.split(' '));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const sql = pieces.join('');
      const { value } = run(sql, { definitions: { x: '[1, 2]' } });
      for (let at = 0; at < value.sql.length; at++) {
        const location = value.map.locate(at, at + 1);
        expect(location?.end).toBeLessThanOrEqual(sql.length);
      }
    }),
    { numRuns: 1000 },
  );
});
