import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { openWorkspace } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The shop as the README builds it, against SQL that reads the CSV files by itself. */
const ROOT = join(import.meta.dirname, '..');
const MARTS = [
  'campaign_performance',
  'daily_revenue',
  'customer_value',
  'product_performance',
  'revenue_by_country',
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-shop-'));
  for (const part of ['project.yaml', 'models', 'audits', 'seeds', 'data']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the shop', () => {
  test('applies, and the second time there is nothing to do', async () => {
    const workspace = await openWorkspace({ root: folder });
    const { document } = await workspace.apply('prod');
    expect(document.status).toBe('done');
    expect(document.results.find((r) => r.model === 'raw.transactions')?.rejected).toBe(11);
    expect(
      document.results
        .flatMap((r) => r.audits)
        .filter((a) => a.status !== 'passed')
        .every((a) => a.severity === 'warn'),
    ).toBe(true);
    const again = await workspace.apply('prod');
    expect(again.document).toMatchObject({
      status: 'nothing-to-do',
      results: [],
      summary: 'Nothing to do: 14 models are up to date in prod.',
    });
    await workspace.close();
  });

  test('holds in its marts what independent SQL finds in the files', async () => {
    const instance = await DuckDBInstance.create(join(folder, '.sluice/warehouse.duckdb'));
    const connection = await instance.connect();
    const text = readFileSync(join(ROOT, 'tests/independent.sql'), 'utf8').replaceAll(
      '{{data}}',
      join(folder, 'data'),
    );
    await connection.run(text);
    const count = async (sql: string): Promise<number> =>
      Number((await connection.runAndReadAll(`SELECT count(*) FROM (${sql})`)).getRowsJson()[0]?.[0]);
    for (const mart of MARTS) {
      const [mine, theirs] = [`FROM marts.${mart}`, `FROM expected_${mart}`];
      expect(await count(mine), `${mart} has rows`).toBeGreaterThan(0);
      expect(await count(`(${mine}) EXCEPT ALL (${theirs})`), `${mart}: rows only Sluice has`).toBe(0);
      expect(await count(`(${theirs}) EXCEPT ALL (${mine})`), `${mart}: rows only the files give`).toBe(0);
    }
    connection.closeSync();
    instance.closeSync();
  });
});
