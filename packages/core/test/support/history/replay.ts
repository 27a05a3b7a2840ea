/**
 * A step of a random history that puts diverted rows back: an export, mended at random, also by a process that is killed. What
 * passes goes from quarantine into the table, once, and nothing else moves; killed, all of that is done or nothing.
 */
import { expect } from 'vitest';
import { child } from '../killed.ts';
import type { TestProject } from '../project.ts';
import { diverts, MOST } from './model-text.ts';
import { columnsOf, valuesOf, type Mend } from './mends.ts';
import type { Oracle, Row } from './oracle.ts';
import type { ModelSpec, ProjectSpec } from './project-spec.ts';
import type { Step } from './steps.ts';

type Ask = (sql: string) => Promise<readonly Row[]>;

const FORMATS = ['csv', 'parquet', 'json'] as const;

/** Does the step; answers what came of it. Throws what the command throws. */
export async function replayStep(
  project: TestProject,
  spec: ProjectSpec,
  step: Step,
  environment: string,
  oracle: Oracle,
  where: string,
): Promise<string> {
  const targets = spec.models.filter((m) => diverts(m));
  if (targets.length === 0 || !project.hasWarehouse()) return 'nothing diverts';
  const w = await project.workspace();
  const { groups } = (await w.quarantine()).document;
  const full = targets.filter((m) => groups.some((g) => g.model === `m.${m.name}`));
  const model = full[step.a % Math.max(1, full.length)];
  if (model === undefined) return 'nothing kept';
  const name = `m.${model.name}`;
  const format = FORMATS[step.b % 3] ?? 'csv';
  const [given, mended] = [project.path(`given.${format}`), project.path(`mended.${format}`)];
  await w.exportQuarantine(name, given);
  const tried = await oracle.ask(project, environment, async (ask, shown) =>
    remember(ask, shown.get(name), model, given, mended, step),
  );
  // In a file of JSON without rows there are no columns either, and that is refused.
  if (tried === 'no rows') return tried;
  const asIs = step.what === 'replay' && step.b % 11 === 0;
  const how = { environment, ...(asIs ? {} : { from: mended }) };
  // Whatever is refused is refused here too, and said as everywhere.
  const dry = await w.replayQuarantine(name, { ...how, dryRun: true });
  const { status, merged } = await (async (): Promise<{ status: string; merged?: number }> => {
    if (step.what === 'replay-killed') {
      const { killed, output } = await child(
        project,
        `replay ${name} ${mended}`,
        1 + ((step.a * 7 + step.b) % 60),
        environment,
      );
      return { status: killed ? 'killed' : (output.split(' ')[0] ?? '') };
    }
    return (await w.replayQuarantine(name, how)).document;
  })();
  if (tried === undefined) throw new Error(`${where}: nothing is shown, and ${status}`);
  const passed = asIs ? [] : tried;
  expect(dry.document.merged, `${where}: rows that would go back`).toBe(passed.length);
  const became = await oracle.ask(project, environment, (ask, shown) =>
    compare(ask, shown.get(name) ?? '', model, passed, where),
  );
  if (status !== 'killed') {
    expect(status, `${where}: rows that pass go back`).toBe(passed.length === 0 ? 'nothing-to-do' : 'done');
    if (merged !== undefined) expect(merged, `${where}: rows that went back`).toBe(passed.length);
    if (passed.length > 0) expect(became, where).toBe('after');
  }
  if (became === 'after') oracle.learnMends(model.name, passed);
  return status === 'done' && merged === undefined ? 'done elsewhere' : status;
}

/** Puts all mends of a history into a project that was built from nothing. */
export async function replayAll(project: TestProject, spec: ProjectSpec, oracle: Oracle): Promise<number> {
  let count = 0;
  for (const model of spec.models.filter((m) => diverts(m))) {
    const mends = oracle.mendsOf(model.name);
    if (mends.length === 0) continue;
    const file = `mended-${model.name}.csv`;
    project.write(file, `_sluice_id,x,k\n${mends.map((m) => `${m.id},${m.x},${m.k ?? ''}\n`).join('')}`);
    const w = await project.workspace();
    const { merged } = (await w.replayQuarantine(`m.${model.name}`, { from: project.path(file) })).document;
    count += merged;
    // What reads it has to be there before rows of that go back.
    if (merged > 0) await project.build();
  }
  return count;
}

/** Mends some rows of an export, keeps what stands, and answers what should go back. */
async function remember(
  ask: Ask,
  key: string | undefined,
  model: ModelSpec,
  given: string,
  mended: string,
  step: Step,
): Promise<readonly Mend[] | 'no rows'> {
  const columns = columnsOf(model);
  // A fifth passes no audit, a third stays away from the file.
  // A column of nothing but nulls is JSON to whoever sniffs a file of JSON.
  const chance = `hash(_sluice_id || '${step.a}')`;
  const read = given.endsWith('csv')
    ? `read_csv('${given}', header = true, all_varchar = true)`
    : `'${given}'`;
  const there = new Set((await ask(`DESCRIBE FROM ${read}`)).map((r) => String(r['column_name'])));
  // Copies of rows that other audits found are in their tables still.
  if (!there.has('_sluice_id')) return 'no rows';
  await ask(
    `CREATE OR REPLACE TABLE before._mended AS SELECT * REPLACE (CASE WHEN ${chance} % 5 = 0 THEN '99' ELSE (${chance} % ${MOST})::VARCHAR END AS x,
       CASE WHEN ${chance} % 7 < 2 THEN 'b' ELSE CAST(k AS VARCHAR) END AS k) FROM ${read} WHERE _sluice_id IS NOT NULL AND ${chance} % 3 > 0`,
  );
  const [count] = await ask('SELECT count(*) AS n FROM before._mended');
  if (Number(count?.['n']) === 0) return 'no rows';
  // Whatever is not in the file is left as it is.
  const isWhole = step.a % 2 === 0 && !given.endsWith('json');
  const list = ['_sluice_id', ...(isWhole ? columns.filter((c) => there.has(c)) : ['x', 'k'])];
  await ask(
    `COPY (SELECT ${list.join(', ')} FROM before._mended) TO '${mended}' (FORMAT ${mended.split('.').at(-1) ?? ''})`,
  );
  const diverted = key === undefined ? undefined : await divertedTable(ask, key);
  // A table of another definition takes no rows back: that is refused.
  if (diverted === undefined || !(await has(ask, `m.${model.name}`, columns))) return [];
  const all = columns.join(', ');
  await ask(`CREATE OR REPLACE TABLE before._stood AS SELECT ${all} FROM m.${model.name}`);
  await ask(
    `CREATE OR REPLACE TABLE before._diverted AS SELECT row_id, ${all} FROM (SELECT row_id, unnest("row") FROM ${diverted})`,
  );
  const rows = await ask(
    `SELECT DISTINCT q._id, q._values, m.x, m.k FROM (SELECT row_id AS _id, ${valuesOf(columns)} AS _values FROM
       (SELECT row_id, unnest("row") FROM ${diverted})) AS q JOIN before._mended AS m ON m._sluice_id = q._id WHERE m.x::BIGINT <= ${MOST}`,
  );
  return rows.map((r) => ({
    id: String(r['_id']),
    values: String(r['_values']),
    nth: Number(String(r['_id']).split('-')[1]),
    x: String(r['x']),
    k: r['k'] === null ? null : String(r['k']),
  }));
}

/** Whether a table and its quarantine are as they were, or as they are when the mends went back. */
async function compare(
  ask: Ask,
  key: string,
  model: ModelSpec,
  mends: readonly Mend[],
  where: string,
): Promise<'before' | 'after'> {
  const diverted = await divertedTable(ask, key);
  if (diverted === undefined) return 'before';
  const columns = columnsOf(model);
  const list = columns.join(', ');
  const made = columns.map((c) => (c === 'x' ? '_m.x::BIGINT' : c === 'k' ? '_m.k' : `d.${c}`)).join(', ');
  const ids = mends.map((m) => `('${m.id}')`).join(', ') || "('')";
  const differ = async (table: string, quarantine: string): Promise<number> => {
    const [row] = await ask(
      `WITH now AS (SELECT ${list} FROM m.${model.name}), should AS (${table}), kept AS (SELECT row_id, ${list} FROM (SELECT row_id, unnest("row") FROM ${diverted})),
         keeps AS (${quarantine}) SELECT (SELECT count(*) FROM (FROM now EXCEPT ALL FROM should)) + (SELECT count(*) FROM (FROM should EXCEPT ALL FROM now))
         + (SELECT count(*) FROM (FROM kept EXCEPT ALL FROM keeps)) + (SELECT count(*) FROM (FROM keeps EXCEPT ALL FROM kept)) AS n`,
    );
    return Number(row?.['n']);
  };
  const after = await differ(
    `FROM before._stood UNION ALL SELECT ${made} FROM before._diverted AS d JOIN (SELECT DISTINCT _sluice_id, x, k FROM before._mended) AS _m ON _m._sluice_id = d.row_id WHERE d.row_id IN (VALUES ${ids})`,
    `FROM before._diverted WHERE row_id NOT IN (VALUES ${ids})`,
  );
  if (after === 0) return mends.length === 0 ? 'before' : 'after';
  const before = await differ('FROM before._stood', 'FROM before._diverted');
  expect(before, `${where}: rows of m.${model.name} went back, all or none of them, and nothing else`).toBe(
    0,
  );
  return 'before';
}

async function has(ask: Ask, view: string, columns: readonly string[]): Promise<boolean> {
  const there = new Set((await ask(`DESCRIBE FROM ${view}`)).map((r) => String(r['column_name'])));
  return columns.every((c) => there.has(c));
}

async function divertedTable(ask: Ask, key: string): Promise<string | undefined> {
  const found = await ask(
    `SELECT 1 FROM duckdb_tables() WHERE database_name = 'wh' AND schema_name = '_sluice_quarantine' AND table_name = '${key}'`,
  );
  return found.length === 0 ? undefined : `wh._sluice_quarantine."${key}"`;
}
