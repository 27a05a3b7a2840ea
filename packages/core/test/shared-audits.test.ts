/**
 * Audits that share a scan find what each finds alone: random sets of calls over rows with extreme values, NULLs and values that raise
 * errors, fresh and standing; and whole projects, beside the same with too few rows for sharing.
 *
 * SLUICE_TEST_SHARED: how many sets (40). SLUICE_TEST_SEED: the first of them (1).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditOutcome } from '../src/apply/audits.ts';
import type { AuditedRows } from '../src/apply/audited-rows.ts';
import { runAudits } from '../src/apply/run-audits.ts';
import { auditSql, resolveAudit } from '../src/audit/index.ts';
import type { Binder, ParseResult } from '../src/compile/binder.ts';
import type { BoundAudit, Column } from '../src/compile/compiled.ts';
import { SourceText } from '../src/diagnostic/index.ts';
import { createDuckDbBinder } from '../src/engine/duckdb/duckdb-binder.ts';
import { openDuckDb } from '../src/engine/duckdb/open.ts';
import type { Connection, Warehouse } from '../src/engine/warehouse.ts';
import { parseModelFile } from '../src/model/index.ts';
import { SHARED_ROWS, sharedQuestion, type Scan } from '../src/plan/shared-question.ts';
import type { Plan, PlannedNode } from '../src/plan/planned.ts';
import { SqlWriter } from '../src/plan/sql-writer.ts';
import type { Project } from '../src/project/index.ts';
import { ALL_TIME } from '../src/time/index.ts';
import { Random } from './meaning/random.ts';
import { TestProject } from './support/project.ts';

const SETS = Number(process.env['SLUICE_TEST_SHARED'] ?? 40);
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? 1);

let warehouse: Warehouse;
let connection: Connection;
let binder: Binder;
beforeAll(async () => {
  binder = await createDuckDbBinder();
  warehouse = await openDuckDb({
    path: ':memory:',
    label: 'memory',
    readOnly: false,
    threads: 2,
    memoryLimit: undefined,
    spillTo: undefined,
    spillLimit: undefined,
    macros: [],
    lockTimeout: 0,
  });
  connection = await warehouse.connect();
});
afterAll(() => {
  connection.close();
  warehouse.close();
  binder.close();
});

/** Values of each type that are most likely to raise an error. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  TINYINT: ['-128', '127', '0', '5'],
  INTEGER: ['-2147483648', '2147483647', '0', '5'],
  BIGINT: ['-9223372036854775808', '9223372036854775807', '0', '5'],
  UBIGINT: ['18446744073709551615', '0', '5'],
  HUGEINT: ['170141183460469231731687303715884105727', '-5', '0'],
  'DECIMAL(12,2)': ['9999999999.99', '-9999999999.99', '0', '0.5'],
  'DECIMAL(38,0)': ['99999999999999999999999999999999999999', '-5', '0'],
  'DECIMAL(38,30)': ['99999999.999999999999999999999999999999', '-0.5', '0'],
  DOUBLE: ["'nan'", "'inf'", "'-inf'", '1e308', '-0.0', '5'],
  FLOAT: ["'nan'", "'inf'", '3e38', '0.5'],
  VARCHAR: ["''", "'x'", "'X '", "'12'", "'2024-01-01'", "'größe'", "'a%b'"],
  BOOLEAN: ['TRUE', 'FALSE'],
  DATE: ["'infinity'", "'5877642-06-25 (BC)'", "'2024-01-01'"],
  TIMESTAMP: ["'infinity'", "'2024-01-01 12:00:00'", "'290309-12-22 (BC) 00:00:00'"],
  UUID: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  'VARCHAR[]': ["['x']", '[]', '[NULL]'],
};
const TYPES = [...Object.keys(VALUES), 'VARCHAR', 'VARCHAR', 'DECIMAL(12,2)', 'BIGINT', 'BOOLEAN'];
const LITERALS = [
  '0',
  '5',
  '-1.5',
  '0.123456789',
  '1e3',
  '3000000000',
  "'x'",
  "'12'",
  'NULL',
  'TRUE',
  "DATE '2024-01-01'",
];

interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly string[];
}

function drawTable(random: Random): Table {
  const columns = Array.from({ length: 6 }, (_, i) => ({ name: `c${i}`, type: random.of(TYPES) }));
  // Now and then all is well, and now and then there is nothing.
  const clean = random.chance(30);
  const rows = Array.from({ length: random.of([0, 1, 5, 60]) }, () => {
    const cells = columns.map(({ type }) => {
      const values = VALUES[type] ?? [];
      const value = clean ? (values.at(-1) ?? 'NULL') : random.chance(20) ? 'NULL' : random.of(values);
      return `CAST(${value} AS ${type})`;
    });
    return `(${cells.join(', ')})`;
  });
  return { columns, rows };
}

function drawCall(random: Random, columns: readonly Column[]): string {
  const column = (): string => random.of(columns).name;
  const numeric = columns.filter((c) => /INT|DECIMAL|DOUBLE|FLOAT/.test(c.type)).map((c) => c.name);
  const number = (): string => random.of([...numeric, ...numeric, column()]);
  const digits = (): string => random.of(['0', '5', '-1.5', '0.123456789', '1e3', '3000000000']);
  const literal = (): string => random.of(LITERALS);
  const text = (): string =>
    random.of(
      columns
        .filter((c) => c.type === 'VARCHAR')
        .map((c) => c.name)
        .concat(column()),
    );
  const operator = (): string => random.of(['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM']);
  const criterion = (): string =>
    random.of([
      (): string => `${column()} ${operator()} ${column()}`,
      (): string => `${column()} ${operator()} ${literal()}`,
      (): string => `NOT (${column()} ${operator()} ${literal()}) OR ${column()} IS NULL`,
      (): string => `${number()} ${operator()} ${number()}`,
      (): string => `length(${text()}) ${operator()} ${literal()}`,
      (): string => `upper(trim(${text()})) = ${text()}`,
      (): string => `${text()} NOT LIKE 'x%' AND ${column()} ${operator()} ${column()}`,
      (): string => `CAST(${text()} AS INTEGER) > 0`,
      (): string => `${column()} + ${column()} > 0`,
      (): string => `${column()} BETWEEN ${literal()} AND ${column()}`,
      (): string => `coalesce(${text()}, 'x') = 'x'`,
      (): string => `1 / ${literal()} > 0`,
      (): string => column(),
    ])();
  const call = random.of([
    (): string => `not_null(columns := (${column()}, ${column()})`,
    (): string => `is_null(columns := (${column()})`,
    (): string => `non_negative(columns := (${number()}, ${number()})`,
    (): string =>
      `accepted_values(column := ${column()}, is_in := (${random.of(LITERALS.filter((l) => l !== 'NULL'))}, ${random.of(["'y'", '7'])})`,
    (): string => `not_accepted_values(column := ${column()}, is_in := (${literal()})`,
    (): string => `accepted_range(column := ${column()}, min_v := ${literal()}, max_v := ${literal()}`,
    (): string => `accepted_range(column := ${number()}, min_v := ${digits()}, max_v := ${digits()}`,
    (): string => `accepted_values(column := ${number()}, is_in := (${digits()}, ${digits()})`,
    (): string => `accepted_values(column := ${text()}, is_in := ('x', '')`,
    (): string => `not_empty_string(column := ${text()}`,
    (): string => `string_length_between(column := ${text()}, min_v := 1, max_v := 3`,
    (): string => `valid_uuid(column := ${text()}`,
    (): string => `castable(column := ${text()}, type := 'DATE'`,
    (): string => `not_empty_list(column := ${column()}`,
    (): string => `match_like_pattern_list(column := ${text()}, patterns := ('x%', '1%')`,
    (): string => `not_match_regex_pattern_list(column := ${text()}, patterns := ('^[0-9]+$')`,
    (): string => `forall(criteria := (${criterion()}, ${criterion()})`,
    (): string => `unique_values(columns := (${column()})`,
  ])();
  return `${call}${random.chance(30) ? `, condition := ${criterion()}` : ''})`;
}

/** Undefined where the call means nothing. */
function bound(call: string): BoundAudit | undefined {
  const text = `MODEL (name a.b, kind FULL, audits (${call}));\nSELECT 1 AS a`;
  const [parsed] = parseModelFile(new SourceText('models/a.sql', text), {
    files: { list: () => [], read: () => undefined },
  });
  const [found] = parsed?.value?.audits ?? [];
  const audit = found && resolveAudit(found, new Map()).value;
  return audit && { audit, dependencies: [] };
}

async function parse(text: string): Promise<ParseResult> {
  const [parsed] = await binder.parse([text]);
  return parsed ?? expect.unreachable();
}

type Verdict = 'found' | 'passed' | 'raised';

async function alone({ audit }: BoundAudit, where: string | undefined): Promise<Verdict> {
  const context = { executionTime: 0 } as Parameters<typeof auditSql>[2];
  const bad = auditSql(audit, { relation: 't', where }, context).value?.sql ?? '';
  try {
    const [row] = await connection.rows(`SELECT count(*) AS n FROM (\n${bad}\n) AS failing`);
    return Number(row?.['n']) > 0 ? 'found' : 'passed';
  } catch {
    return 'raised';
  }
}

const create = ({ columns, rows }: Table): string =>
  `CREATE OR REPLACE TABLE t AS SELECT * FROM (VALUES ${rows.join(', ') || `(${columns.map((c) => `NULL::${c.type}`).join(', ')})`}) AS v (${columns.map((c) => c.name).join(', ')}) ${rows.length === 0 ? 'LIMIT 0' : ''}`;

test(
  'random sets find together what each finds alone, and nothing that raises an error is among them',
  { timeout: 30_000 + SETS * 500 },
  async () => {
    const tally = { shared: 0, found: 0, passed: 0, raised: 0, alone: 0 };
    for (let seed = SEED; seed < SEED + SETS; seed++) {
      const random = new Random(seed);
      const table = drawTable(random);
      const calls = Array.from({ length: 12 }, () => drawCall(random, table.columns));
      const audits = calls.flatMap((c) => bound(c) ?? []);
      const where = random.chance(30) ? 'c0 IS NOT NULL' : undefined;
      const scan = random.of<Scan>(['fresh', 'standing', 'derived']);
      await connection.run(create(table));
      const verdicts = new Map<BoundAudit, Verdict>();
      for (const audit of audits) verdicts.set(audit, await alone(audit, where));
      const question = await sharedQuestion(audits, { relation: 't', where }, table.columns, scan, parse);
      for (const verdict of verdicts.values()) if (verdict === 'raised') tally.raised++;
      if (question === undefined) continue;
      const ask = async (): Promise<readonly Verdict[]> => {
        const [answer] = await connection.rows(question.query);
        return question.audits.map((_, i) => (answer?.[String(i + 1)] === true ? 'found' : 'passed'));
      };
      const expected = question.audits.map((a) => verdicts.get(a));
      const shown = `seed ${seed}: ${question.audits.map((a) => a.audit.call.text).join('; ')}`;
      expect(await ask(), shown).toEqual(expected);
      await connection.transaction(async () => {
        await connection.run(create(table));
        expect(await ask(), `${shown}, not committed`).toEqual(expected);
      });
      tally.shared += question.audits.length;
      tally.alone += audits.length - question.audits.length;
      tally.found += expected.filter((e) => e === 'found').length;
      tally.passed += expected.filter((e) => e === 'passed').length;
    }
    if (SETS >= 40)
      for (const [of, count] of Object.entries(tally)) expect(count, of).toBeGreaterThan(SETS / 2);
  },
);

const isShared = (question: string): boolean => question.includes('bool_or');

/** All that is told of outcomes but how long they took. */
const told = (outcomes: readonly AuditOutcome[]): unknown =>
  outcomes.map((o) => ({
    ...o.document,
    seconds: 0,
    failing: o.failing?.rows.length,
    record: o.record.status,
  }));

const noRoom = (): Promise<never> => Promise.reject(new Error('no room'));

async function endTransaction(): Promise<never> {
  await connection.rows("SELECT CAST('no number' AS INTEGER)");
  return expect.unreachable();
}

describe('of one model', () => {
  const columns: readonly Column[] = [
    { name: 'id', type: 'BIGINT' },
    { name: 'label', type: 'VARCHAR' },
    { name: 'code', type: 'VARCHAR' },
  ];
  const CALLS = [
    'not_null(columns := (id, label))',
    'number_of_rows(threshold := 1)',
    "accepted_values(column := label, is_in := ('a', 'b'))",
    'accepted_values(column := label, is_in := (a), severity := warn, max_rows := 1)'.replace('(a)', "('a')"),
    'forall(criteria := (CAST(code AS INTEGER) > 0), severity := warn)',
    'string_length_between(column := code, max_v := 1, condition := id < 100)',
    'not_empty_string(column := code)',
  ];
  /** `code` of the last row is no number: asked for it, DuckDB raises an error. */
  const ROWS =
    "SELECT i AS id, CASE WHEN i IN (7, 8) THEN 'b' ELSE 'a' END AS label, CASE WHEN i < 199 THEN '1' ELSE 'many' END AS code FROM range(200) AS r (i)";
  const definition = { kind: { kind: 'FULL' }, blueprint: new Map(), grains: [], start: undefined };
  const planned = {
    node: { node: 'model', name: 'main.t', definition, columns },
    physical: { schema: 'main', name: 't' },
    storage: 'table',
    columns,
  } as unknown as PlannedNode;
  const writer = new SqlWriter(
    { nodes: new Map(), now: 0, environment: 'prod' } as unknown as Plan,
    { config: { start: 0, variables: {}, gateway: '' }, macros: new Map() } as unknown as Project,
    (texts) => binder.parse(texts),
  );

  /** What is answered instead of the question for several audits, if anything. */
  type Instead = (() => Promise<never>) | undefined;

  async function run(
    calls: readonly string[],
    audited: AuditedRows,
    instead?: Instead,
  ): Promise<{ readonly outcomes: readonly AuditOutcome[]; readonly questions: readonly string[] }> {
    const questions: string[] = [];
    const recording = new Proxy(connection, {
      get: (target, name): unknown => {
        if (name !== 'rows') return Reflect.get(target, name, target);
        return (text: string): Promise<unknown> => {
          questions.push(text);
          return instead !== undefined && text.includes('bool_or') ? instead() : target.rows(text);
        };
      },
    });
    const audits = calls.map((c) => bound(c) ?? expect.unreachable(c));
    const outcomes: AuditOutcome[] = [];
    for await (const o of runAudits(recording, writer, planned, audits, ALL_TIME, 10, audited))
      outcomes.push(o);
    return { outcomes, questions };
  }

  const MANY: AuditedRows = { rows: SHARED_ROWS, scan: 'fresh' };

  beforeAll(() => connection.run(`CREATE OR REPLACE TABLE t AS ${ROWS}`));

  test('each tells what it tells alone, also where one raises an error', async () => {
    const one = await run(CALLS, { rows: SHARED_ROWS - 1, scan: 'fresh' });
    const none = await run(CALLS, { rows: SHARED_ROWS });
    const together = await run(CALLS, MANY);
    expect(one.questions.filter(isShared)).toEqual([]);
    expect(none.questions.filter(isShared)).toEqual([]);
    expect(together.questions.filter(isShared)).toHaveLength(1);
    expect(told(together.outcomes)).toEqual(told(one.outcomes));
    expect(together.outcomes.map((o) => o.document.status)).toEqual([
      'passed',
      'passed',
      'passed',
      'failed',
      'error',
      'passed',
      'passed',
    ]);
  });

  test('those that pass are asked once in all, and the time that took is theirs in equal parts', async () => {
    const passing = [
      'not_null(columns := label)',
      'not_empty_string(column := label)',
      'not_empty_string(column := code)',
    ];
    const { outcomes, questions } = await run(passing, MANY);
    expect(questions).toHaveLength(1);
    expect(new Set(outcomes.map((o) => o.record.seconds)).size).toBe(1);
    expect(outcomes.map((o) => o.document.seconds)).toEqual(outcomes.map((o) => o.record.seconds));
  });

  test("an error that the question alone has is nobody's", async () => {
    const { outcomes } = await run(CALLS, MANY, noRoom);
    expect(told(outcomes)).toEqual(told((await run(CALLS, { rows: 0 })).outcomes));
  });

  test('one that ends the transaction is told of the first of them', async () => {
    await expect(
      connection.transaction(async () => {
        const { outcomes } = await run(CALLS, MANY, endTransaction);
        expect(outcomes.slice(0, 1).map((o) => [o.document.status, o.document.message])).toEqual([
          ['error', expect.stringContaining("Could not convert string 'no number'")],
        ]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
  });
});

test.each<[Scan, readonly string[], boolean]>([
  // Statistics of committed rows tell bounds and missing values.
  ['standing', ['not_null(columns := (id, label))', 'non_negative(columns := (id, net))'], false],
  ['standing', ['not_empty_string(column := label)', 'non_negative(columns := (id, net))'], false],
  ['standing', ['not_empty_string(column := label)', 'forall(criteria := (net <= amount))'], true],
  // What has just been written has bounds, of one column at a time; columns of fixed width are quick to read.
  ['fresh', ['not_null(columns := (id))', 'non_negative(columns := (net))'], false],
  ['fresh', ['not_null(columns := (label))', 'non_negative(columns := (net))'], false],
  ['fresh', ['not_null(columns := (id, amount))', 'non_negative(columns := (net, amount))'], true],
  ['fresh', ['not_null(columns := (label))', "accepted_values(column := label, is_in := ('a'))"], true],
  ['derived', ['not_null(columns := (id))', 'non_negative(columns := (net))'], true],
  // Not conditions on one row.
  ['derived', ['unique_values(columns := (id))', 'not_null(columns := (id))'], false],
  // May raise an error.
  ['derived', ['forall(criteria := (CAST(label AS INTEGER) > 0))', 'not_null(columns := (id))'], false],
  ['derived', ['forall(criteria := (id + 1 > 0))', 'not_null(columns := (id))'], false],
  ['derived', ['non_negative(columns := (label))', 'not_null(columns := (id))'], false],
  // A query may read anything.
  ['derived', ['forall(criteria := (id IN (SELECT 1)))', 'not_null(columns := (id))'], false],
  ['derived', ['forall(criteria := (COLUMNS(*) IS NOT NULL))', 'not_null(columns := (id))'], false],
])('a %s scan of %j is shared: %s', async (scan, calls, isShared) => {
  const columns: readonly Column[] = [
    { name: 'id', type: 'BIGINT' },
    { name: 'label', type: 'VARCHAR' },
    { name: 'amount', type: 'DECIMAL(12,2)' },
    { name: 'net', type: 'DECIMAL(12,2)' },
  ];
  const audits = calls.map((c) => bound(c) ?? expect.unreachable(c));
  const found = await sharedQuestion(audits, { relation: 't', where: undefined }, columns, scan, parse);
  expect(found !== undefined).toBe(isShared);
});

test('a project of many rows is audited like one of few, by apply and by sluice audit', async () => {
  const audits = [
    'not_null(columns := (id, label))',
    'unique_values(columns := (id))',
    "accepted_values(column := label, is_in := ('a', 'b'), severity := warn)",
    "accepted_values(column := label, is_in := ('a', 'b', 'c'))",
    'accepted_range(column := id, min_v := 0, condition := day IS NOT NULL)',
    "forall(criteria := (length(label) = 1, label = 'a'), max_rows := 3)",
    'string_length_between(column := label, min_v := 1)',
  ].join(', ');
  const found = [];
  for (const rows of [2000, SHARED_ROWS + 2000]) {
    await using project = new TestProject({
      'project.yaml':
        'name: many\nstart: 2024-01-01\ndefaults: { cron: "@daily" }\nquarantine: { max_rows: 2 }\n',
      'models/m/many.sql': `MODEL (name m.many, kind INCREMENTAL_BY_TIME_RANGE (time_column day), start '2024-01-31', audits (${audits}));
SELECT i AS id, DATE '2024-01-31' AS day, CASE i WHEN 7 THEN 'c' WHEN 8 THEN 'b' ELSE 'a' END AS label
FROM range(${rows}) AS r (i)
WHERE DATE '2024-01-31' BETWEEN @start_ds AND @end_ds
`,
      'models/m/shown.sql': `MODEL (name m.shown, kind VIEW, audits (${audits}));\nSELECT DISTINCT id, day, label FROM m.many\n`,
    });
    const applied = await project.build();
    const again = await (await project.workspace()).audit('prod', []);
    found.push(
      [...applied.results.flatMap((r) => r.audits), ...again.document.audits].map((a) => [
        a.model,
        a.audit,
        a.status,
        a.failing_rows,
        a.kept_rows,
        a.rows_seen === null ? 0 : a.rows_seen / rows,
        a.interval === null,
        JSON.stringify([a.columns, a.samples]),
      ]),
    );
  }
  const [few, many] = found;
  const statuses = ['passed', 'passed', 'failed', 'passed', 'passed', 'tolerated', 'passed'];
  // Of the table and of the view, applied and audited again.
  expect(few?.map((a) => a[2])).toEqual([statuses, statuses, statuses, statuses].flat());
  expect(many).toEqual(few);
});

test('an error in what a view computes is that of the audit that looks at it', async () => {
  const found = [];
  for (const rows of [2000, SHARED_ROWS + 2000]) {
    const told: string[] = [];
    await using project = new TestProject(
      {
        'project.yaml': 'name: many\nstart: 2024-01-01\n',
        'models/m/many.sql': `MODEL (name m.many, kind FULL);
SELECT i AS id, CASE i WHEN 7 THEN 'many' ELSE '1' END AS code FROM range(${rows}) AS r (i)
`,
        'models/m/shown.sql': `MODEL (
  name m.shown,
  kind VIEW,
  audits (not_null(columns := (id)), non_negative(columns := (id), severity := warn), positive(columns := (code)), is_null(columns := (id)))
);
SELECT id, max(CAST(code AS INTEGER)) AS code FROM m.many GROUP BY id
`,
      },
      {
        observer: (event) => {
          if (event.kind === 'audit-finished') told.push(`${event.result.audit} ${event.result.status}`);
        },
      },
    );
    const applied = await project.apply();
    const audits = applied.results.flatMap((r) => r.audits);
    found.push({ told, audits: audits.map((a) => [a.audit, a.status, a.message, a.failing_rows]) });
    expect(applied.status).toBe('failed');
  }
  const [few, many] = found;
  expect(few?.told).toEqual(['not_null passed', 'non_negative passed', 'positive error']);
  expect(many).toEqual(few);
});

test.each(['FULL', 'INCREMENTAL_BY_TIME_RANGE (time_column day)'])(
  'audits that divert take out of many rows what they take out of few: %s',
  async (kind) => {
    const audits = [
      'not_null(columns := (label), severity := quarantine)',
      "accepted_values(column := label, is_in := ('a', 'b'), severity := quarantine)",
      'string_length_between(column := label, max_v := 1, severity := quarantine)',
      "not_accepted_values(column := label, is_in := ('z'), severity := quarantine, condition := id > 3)",
      "accepted_values(column := label, is_in := ('a'), severity := warn)",
      'not_empty_string(column := label)',
    ].join(', ');
    const found = [];
    for (const rows of [2000, SHARED_ROWS + 2000]) {
      await using project = new TestProject({
        'project.yaml': 'name: many\nstart: 2024-01-30\ndefaults: { cron: "@daily" }\n',
        'models/m/many.sql': `MODEL (name m.many, kind ${kind}, audits (${audits}));
SELECT i AS id, DATE '2024-01-30' + (i % 2)::INTEGER AS day,
  CASE i WHEN 5 THEN NULL WHEN 7 THEN 'long' WHEN 8 THEN 'b' WHEN 9 THEN 'c' ELSE 'a' END AS label
FROM range(${rows}) AS r (i)
WHERE DATE '2024-01-30' + (i % 2)::INTEGER BETWEEN @start_ds AND @end_ds
`,
      });
      const applied = await project.build();
      const model = applied.results.find((r) => r.model === 'm.many');
      found.push({
        diverted: model?.diverted,
        left: rows - (model?.rows ?? 0),
        audits: model?.audits.map((a) => [
          a.status,
          a.failing_rows,
          a.rows_seen === null ? null : rows - a.rows_seen,
          a.kept_rows,
          a.columns,
          a.samples,
        ]),
        shown: await project.rows('SELECT * FROM m.many WHERE id < 20 ORDER BY id'),
      });
    }
    const [few, many] = found;
    expect(few?.audits?.map(([status, failing]) => `${String(status)} ${String(failing)}`)).toEqual([
      'diverted 1',
      'diverted 2',
      'passed 0',
      'passed 0',
      'failed 1',
      'passed 0',
    ]);
    expect(many).toEqual(few);
  },
);
