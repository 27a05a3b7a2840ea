/**
 * The second promise: `kill -9` at any instant loses nothing, and the next apply goes on from there. A child applies the
 * shop, is killed at a random moment, and applies again; what is then shown must equal an undisturbed build.
 *
 * SLUICE_TEST_KILLS: how many (4). SLUICE_TEST_SEED: of the moments.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestProject } from './support/project.ts';

const KILLS = Number(process.env['SLUICE_TEST_KILLS'] ?? 4);
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? 7);
const SHOP = join(import.meta.dirname, '../../..');
const CHILD = join(import.meta.dirname, 'support/apply-child.ts');

function shop(): TestProject {
  const project = new TestProject({}, { now: '2025-12-01T06:00:00Z' });
  for (const part of ['project.yaml', 'models', 'seeds', 'audits', 'data'])
    cpSync(join(SHOP, part), project.path(part), { recursive: true, preserveTimestamps: true });
  // Small batches: more moments between two transactions.
  project.edit('models/marts/daily_revenue.sql', 'lookback 2', 'lookback 2, batch_size 30');
  return project;
}

interface Outcome {
  /** Milliseconds from the start of the process to the start of the work, and to its end. */
  readonly started: number;
  readonly ended: number;
  readonly killed: boolean;
  readonly code: number | null;
  readonly output: string;
}

async function applyInChild(project: TestProject, killAfter?: number): Promise<Outcome> {
  const begin = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--conditions=sluice-source',
      '--disable-warning=ExperimentalWarning',
      CHILD,
      project.root,
      String(project.now),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  let started = 0;
  const listen = (chunk: Buffer): void => {
    if (output === '') {
      started = performance.now() - begin;
      if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
    }
    output += chunk.toString();
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { started, ended: performance.now() - begin, killed: signal === 'SIGKILL', code, output };
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function firstLines(text: string, count: number): string {
  return `${text.split('\n', count).join('\n')}\n`;
}

/** Models whose rows differ between two warehouses, and how many do. */
async function differences(one: TestProject, other: TestProject): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const found: string[] = [];
  try {
    await connection.run(
      `ATTACH '${one.warehouse}' AS one (READ_ONLY); ATTACH '${other.warehouse}' AS other (READ_ONLY)`,
    );
    const views = await connection.runAndReadAll(
      `SELECT view_schema, view_name, count(*) FROM (
         SELECT DISTINCT 1 AS side, view_schema, view_name FROM one._sluice.promoted_model
         UNION ALL SELECT DISTINCT 2, view_schema, view_name FROM other._sluice.promoted_model
       ) GROUP BY ALL ORDER BY ALL`,
    );
    for (const [schema, name, sides] of views.getRowsJson()) {
      if (sides !== '2') {
        found.push(`${String(schema)}.${String(name)} is in one alone`);
        continue;
      }
      const of = (catalog: string): string => `FROM ${catalog}."${String(schema)}"."${String(name)}"`;
      for (const [a, b] of [
        ['one', 'other'],
        ['other', 'one'],
      ] as const) {
        const left = await connection.runAndReadAll(`SELECT count(*) FROM (${of(a)} EXCEPT ALL ${of(b)})`);
        const count = left.getRowsJson()[0]?.[0];
        if (count !== '0')
          found.push(`${String(schema)}.${String(name)}: ${String(count)} rows in ${a} alone`);
      }
    }
    return found;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test(
  `kill -9 at ${KILLS} moments: the next apply goes on, and all is as if nothing had happened (seed ${SEED})`,
  { timeout: 120_000 + KILLS * 30_000 },
  async () => {
    await using undisturbed = shop();
    const calm = await applyInChild(undisturbed);
    expect(calm.output).toContain('done');
    const duration = calm.ended - calm.started;
    const next = random(SEED);
    let killed = 0;
    const statuses: string[] = [];
    await using project = shop();
    // What stood there before every second kill: the shop as it was with other models and fewer sales.
    await using older = shop();
    older.edit('models/staging/valid_sales.sql', 'SELECT', 'SELECT DISTINCT');
    older.write('data/transactions.csv', firstLines(older.read('data/transactions.csv'), 8000));
    expect((await applyInChild(older)).output).toContain('done');
    for (let i = 0; i < KILLS; i++) {
      // The moments are spread over the work, one in each stretch of it.
      const moment = ((i + next()) / KILLS) * duration;
      if (i % 2 === 1) cpSync(older.path('.sluice'), project.path('.sluice'), { recursive: true });
      const outcome = await applyInChild(project, moment);
      if (outcome.killed) killed += 1;
      else expect(outcome.output, `killed after ${moment.toFixed(0)} ms`).toContain('done');
      // What is there can be read, and the next apply goes on.
      const again = await applyInChild(project);
      expect(again.output, `after a kill at ${moment.toFixed(0)} of ${duration.toFixed(0)} ms`).toMatch(
        /done|nothing-to-do/,
      );
      expect(await differences(project, undisturbed), `after a kill at ${moment.toFixed(0)} ms`).toEqual([]);
      statuses.push(
        String(
          await project.value("SELECT string_agg(status, ' ' ORDER BY started_at, run_id) FROM _sluice.run"),
        ),
      );
      expect(statuses.at(-1)).not.toContain('running');
      rmSync(project.path('.sluice'), { recursive: true });
    }
    expect(killed, 'kills that came in time').toBeGreaterThanOrEqual(Math.floor(KILLS / 2));
    expect(existsSync(undisturbed.warehouse)).toBe(true);
  },
);
