/**
 * `kill -9` before and in the midst of any statement of what writes models of every kind: applying a change to `prod` and to
 * `dev`, bringing an old state forward, restating, a run under a moved clock. Each table holds what it held or what it will
 * hold, all views move at once and the history knows it, and the next apply makes good what is left, no row twice. Standalone audits
 * have looked at whatever is promoted, and at nothing else: what was killed around them is asked again.
 *
 * SLUICE_TEST_KILLS: how many moments (3), spread over all statements of all commands; 10000 takes them all.
 * SLUICE_TEST_SEED: another number, other moments.
 */
import { expect, test } from 'vitest';
import { child, spread, twin } from './support/killed.ts';
import { TestProject } from './support/project.ts';
import { RESTATED } from './support/restated.ts';
import { toFirstVersion } from './support/state-v1.ts';

const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? 0);
const KILLS = Number(process.env['SLUICE_TEST_KILLS'] ?? 3);

/** More than there are in the transaction that ends an apply. */
const LAST_STATEMENTS = 30;

const DIVERTS = ',\n  audits (accepted_range(column := x, max_v := 35, severity := quarantine))';

/** A model of each kind, over one source; each is one task whatever is computed. */
async function built({ isOld }: Pick<Scenario, 'isOld'>): Promise<TestProject> {
  const project = new TestProject(
    {
      'project.yaml': `name: kinds
start: 2024-01-28
sources:
  raw: { a: { file: a.csv, time_column: ts, columns: { ts: TIMESTAMP, id: INTEGER, x: INTEGER } } }
`,
      'a.csv': 'ts,id,x\n2024-01-28 01:00:00,1,10\n2024-01-29 01:00:00,2,20\n2024-01-29 02:00:00,3,30\n',
      'seeds/codes.csv': 'id,code\n1,one\n2,two\n',
      'models/m/codes.sql': "MODEL (name m.codes, kind SEED (path '../../seeds/codes.csv'));\n",
      'models/m/keyed.sql': `MODEL (name m.keyed, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, batch_size 9));
SELECT id, max(x) AS x FROM raw.a WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
      'models/m/merged.sql':
        'MODEL (name m.merged, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id));\nSELECT id, x FROM raw.a\n',
      'models/m/parts.sql':
        'MODEL (name m.parts, kind INCREMENTAL_BY_PARTITION, partitioned_by id);\nSELECT id, x FROM raw.a\n',
      'models/m/log.sql': `MODEL (name m.log, kind INCREMENTAL_UNMANAGED);
SELECT @start_ds::DATE AS day, id, x FROM raw.a
`,
      'models/m/scd.sql': `MODEL (name m.scd, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns *, invalidate_hard_deletes true));
SELECT id, x FROM raw.a
`,
      'models/m/scd_time.sql': `MODEL (name m.scd_time, kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name ts));
SELECT id, x, ts FROM raw.a
`,
      'models/m/living.sql': `MODEL (name m.living, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, forward_only true));
SELECT ts, id, x FROM raw.a
`,
      'models/m/daily.sql': `MODEL (name m.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column ts)${isOld ? '' : DIVERTS});
SELECT ts, id, x FROM raw.a WHERE ts BETWEEN @start_ts AND @end_ts
`,
      'models/m/doubled.sql': 'MODEL (name m.doubled, kind EMBEDDED);\nSELECT id, x * 2 AS x FROM raw.a\n',
      'models/m/copied.sql':
        'MODEL (name m.copied, kind VIEW (materialized true));\nSELECT id, x FROM m.doubled\n',
      'models/m/looked.sql': 'MODEL (name m.looked, kind VIEW);\nSELECT id, x + 1 AS x FROM m.copied\n',
      'models/m/sums.sql': `MODEL (name m.sums, kind FULL, audits (not_null(columns := (x))));
SELECT sum(k.x)::INTEGER AS x, (SELECT count(*) FROM m.living) AS n, (SELECT max(code) FROM m.codes) AS code FROM m.keyed k
`,
      'models/m/old.sql': 'MODEL (name m.old, kind FULL);\nSELECT id FROM raw.a\n',
      'audits/agree.sql': `AUDIT (name agree, standalone true);
SELECT s.x, k.x AS of_keys FROM m.sums AS s, (SELECT sum(x) AS x FROM m.keyed) AS k WHERE s.x IS DISTINCT FROM k.x
`,
      'audits/unnamed.sql': `AUDIT (name unnamed, standalone true, severity warn);\n${unnamed('m')}\n`,
    },
    { now: '2024-01-30T01:00:00Z' },
  );
  await project.build();
  return project;
}

/** Rows of two models that do not go together. */
function unnamed(schema: string): string {
  return `SELECT id, x FROM ${schema}.living WHERE id NOT IN (SELECT id FROM ${schema}.codes)`;
}

/** What was said last of the audit that warns, and what it finds in what is shown. */
async function saidAndFound(project: TestProject, environment: string): Promise<readonly unknown[]> {
  const said = await project.value(
    `SELECT failing_rows FROM _sluice.audit_result JOIN _sluice.run USING (run_id)
     WHERE audit = 'unnamed' AND environment = '${environment}' ORDER BY audited_at DESC, started_at DESC LIMIT 1`,
  );
  const schema = environment === 'prod' ? 'm' : `m__${environment}`;
  return [String(said), String(await project.value(`SELECT count(*) FROM (${unnamed(schema)})`))];
}

/** A source that changed by a day, a correction and a row that is gone; some models have another definition as well. */
function change(project: TestProject): void {
  newData(project);
  project.write('seeds/codes.csv', 'id,code\n1,one\n2,zwei\n');
  project.edit('models/m/living.sql', 'id, x', 'id, x * 100 AS x');
  project.edit('models/m/merged.sql', 'id, x', 'id, x + 1 AS x');
  project.remove('models/m/old.sql');
  project.write('models/m/new.sql', 'MODEL (name m.new, kind FULL);\nSELECT id FROM raw.a\n');
}

function newData(project: TestProject): void {
  project.write(
    'a.csv',
    'ts,id,x\n2024-01-28 01:00:00,1,11\n2024-01-29 02:00:00,3,30\n2024-01-30 01:00:00,4,40\n',
  );
  project.now = Date.parse('2024-01-31T01:00:00Z');
}

interface Scenario {
  readonly name: string;
  readonly command: 'apply' | 'restate' | 'run';
  readonly environment: 'prod' | 'dev';
  /** Whether a Sluice wrote the warehouse that diverted no rows yet. */
  readonly isOld: boolean;
  readonly prepare: (project: TestProject) => Promise<void> | void;
  /** Models that hold other rows afterwards. */
  readonly changes: (model: string) => boolean;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a change applied to prod',
    command: 'apply',
    environment: 'prod',
    isOld: false,
    prepare: change,
    changes: () => true,
  },
  {
    name: 'a change applied to dev',
    command: 'apply',
    environment: 'dev',
    isOld: false,
    prepare: change,
    changes: () => true,
  },
  {
    name: 'an apply over a state of the first version',
    command: 'apply',
    environment: 'prod',
    isOld: true,
    prepare: async (project) => {
      await toFirstVersion(project);
      newData(project);
    },
    changes: (model) => !['m.codes', '(views)'].includes(model),
  },
  {
    name: 'a restatement',
    command: 'restate',
    environment: 'prod',
    isOld: false,
    prepare: async (project) => {
      // What no plan can see: somebody spoilt rows in the warehouse.
      for (const name of ['daily', 'keyed']) {
        const table = (await project.physical()).find((p) => p.includes(`.${name}__`)) ?? '';
        await project.execute(`DELETE FROM "${table.replace('.', '"."')}" WHERE id <> 1`);
      }
      project.now = Date.parse('2024-01-30T02:00:00Z');
    },
    changes: (model) => ['m.daily', 'm.keyed'].includes(model),
  },
  {
    name: 'a run under a moved clock',
    command: 'run',
    environment: 'prod',
    isOld: false,
    prepare: newData,
    changes: (model) => !['m.codes', '(views)'].includes(model),
  },
];

/** By model, what is shown; and what the environment points to. */
async function seen(project: TestProject, environment: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [model, contents] of await project.shown(environment))
    found.set(model, JSON.stringify(contents));
  const views = await project.rows(
    `SELECT model, physical FROM _sluice.promoted_model WHERE environment = '${environment}' AND sequence =
     (SELECT max(sequence) FROM _sluice.promotion WHERE environment = '${environment}') ORDER BY ALL`,
  );
  const daily = views.find((v) => v['model'] === 'm.daily')?.['physical'];
  const [held] = await project.rows(
    `SELECT count(*)::INTEGER AS n FROM duckdb_tables() WHERE schema_name = '_sluice_quarantine' AND table_name = '${String(daily)}'`,
  );
  if (held?.['n'] === 1) {
    const diverted = await project.rows(
      `SELECT "row"::VARCHAR AS r FROM _sluice_quarantine."${String(daily)}" ORDER BY ALL`,
    );
    found.set('m.daily', `${found.get('m.daily') ?? ''} ${JSON.stringify(diverted)}`);
  }
  return found.set('(views)', JSON.stringify(views));
}

interface Moment {
  readonly scenario: Scenario;
  readonly base: TestProject;
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
  /** A number before that statement, and a half in the midst of it. */
  readonly at: number;
  readonly sent: number;
}

async function momentsOf(scenario: Scenario, project: TestProject): Promise<readonly Moment[]> {
  const { command, environment } = scenario;
  await scenario.prepare(project);
  const before = await seen(project, environment);
  await using calm = twin(project);
  const [status, count] = (await child(calm, command, undefined, environment)).output.split(' ');
  expect(status, scenario.name).toBe('done');
  const after = await seen(calm, environment);
  for (const [name, held] of after)
    if (scenario.changes(name)) expect(held, `${scenario.name}: ${name} changes`).not.toBe(before.get(name));
  const sent = Number(count);
  return Array.from({ length: sent }, (_, i) => [i + 1, i + 1.5])
    .flat()
    .map((at) => ({ scenario, base: project, before, after, at, sent }));
}

async function kill({ scenario, base, before, after, at, sent }: Moment): Promise<string> {
  const { command, environment } = scenario;
  const where = `${scenario.name}, killed at statement ${at} of ${sent}`;
  await using project = twin(base);
  expect((await child(project, command, at, environment)).killed, where).toBe(true);
  const now = await seen(project, environment);
  for (const [name, held] of now)
    expect(
      [before.get(name), after.get(name)],
      `${where}: ${name}, before or after, never between`,
    ).toContain(held);
  const is = (side: ReadonlyMap<string, string>): boolean =>
    [...now].every(([name, held]) => held === side.get(name));
  const isShown = now.get('(views)') === after.get('(views)');
  const w = await project.workspace();
  expect((await w.checkState()).document.findings, where).toEqual([]);
  if (command !== 'run') {
    const runs = (await w.history()).document.runs.filter((r) => Date.parse(r.started_at) >= project.now);
    const moved = before.get('(views)') !== after.get('(views)');
    if (moved && isShown)
      expect(
        runs.map((r) => r.status),
        `${where}: promoted, so it came to its end`,
      ).toEqual(['done']);
    if (moved && !isShown)
      expect(
        runs.map((r) => r.status),
        `${where}: not promoted, so not done`,
      ).not.toContain('done');
  }
  const dones = (await w.history()).document.runs.filter(
    (r) => r.status === 'done' && Date.parse(r.started_at) >= project.now,
  );
  const { audits: due } = await project.plan(environment);
  if (dones.length > 0) expect(due, `${where}: at its end, all is audited`).toEqual([]);
  // The next apply goes on, also with what a restatement asked for, once that was noted: before, nobody knows of it.
  const again = await project.apply(environment);
  expect(again.status, where).toMatch(/^(done|nothing-to-do)$/);
  if (command === 'restate' && again.status === 'nothing-to-do' && is(before))
    await project.apply(environment, { restate: RESTATED });
  else
    expect(
      again.audits.map((a) => a.audit),
      `${where}: what was not audited to the end is audited then`,
    ).toEqual(due.map((a) => a.audit));
  const [said, found] = await saidAndFound(project, environment);
  expect(said, `${where}: what was said of the audit is so`).toBe(found);
  expect(await seen(project, environment), `${where}, and applied again`).toEqual(after);
  expect((await w.checkState()).document.findings, where).toEqual([]);
  const last = await project.apply(environment);
  expect([last.status, last.audits], where).toEqual(['nothing-to-do', []]);
  const statuses = (await w.history()).document.runs.map((r) => r.status);
  expect(statuses, where).not.toContain('running');
  return is(before) ? 'before' : is(after) ? 'after' : 'on the way';
}

test(
  `kill -9 at ${KILLS} moments of what writes models of all kinds`,
  { timeout: 300_000 + KILLS * 30_000 },
  async () => {
    const projects: TestProject[] = [];
    try {
      const moments: Moment[] = [];
      for (const scenario of SCENARIOS) {
        const project = await built(scenario);
        projects.push(project);
        moments.push(...(await momentsOf(scenario, project)));
      }
      const outcomes = new Map<string, number>();
      const chosen = spread(moments, KILLS, SEED);
      for (const moment of chosen) {
        const outcome = `${moment.scenario.name}: ${await kill(moment)}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      if (process.env['SLUICE_TEST_KILLS'] !== undefined)
        process.stdout.write(
          `${chosen.length} of ${moments.length} moments: ${JSON.stringify([...outcomes])}\n`,
        );
      expect(outcomes.size).toBeGreaterThanOrEqual(Math.min(KILLS, SCENARIOS.length));
    } finally {
      for (const project of projects) await project[Symbol.asyncDispose]();
    }
  },
);

test(
  'kill -9 around standalone audits: before them, between them and the promotion, and after it',
  { timeout: 300_000 + KILLS * 30_000 },
  async () => {
    const [scenario] = SCENARIOS;
    if (scenario === undefined) throw new Error('no scenario');
    await using project = await built(scenario);
    const moments = await momentsOf(scenario, project);
    // The last transaction: audits, views, the end of the run.
    const last = moments.slice(-2 * LAST_STATEMENTS);
    const outcomes = new Set<string>();
    for (const moment of spread(last, Math.max(4, KILLS / 2), SEED)) outcomes.add(await kill(moment));
    expect(outcomes).toContain('on the way');
  },
);
