import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMAND } from './command.ts';

const [node, command] = COMMAND;

const folder = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command as a user does, in a process of its own. */
function sluice(...args: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
} {
  const done = spawnSync(node, [command, ...args], {
    timeout: 120_000,
    cwd: join(folder, args[0] === 'init' ? '.' : 'shop'),
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const NOW = ['--now', '2025-01-08'];

describe('the command, from init to query', () => {
  it('goes the whole way', () => {
    expect(sluice('init', 'shop')).toMatchObject({ code: 0, err: '' });
    expect(sluice('compile')).toMatchObject({
      code: 0,
      out: '✓ 4 models (2 FULL and 2 INCREMENTAL_BY_TIME_RANGE) compiled without errors.\n',
    });

    const planned = sluice('plan', '--detailed-exitcode', ...NOW);
    expect(planned.code).toBe(2);
    expect(planned.out).toContain('+ create marts.daily_revenue  INCREMENTAL_BY_TIME_RANGE');
    expect(planned.out).toContain('2025-01-01 → 2025-01-07 (7 days)');

    const applied = sluice('apply', '--yes', '--json', ...NOW);
    expect(applied.code).toBe(0);
    expect(JSON.parse(applied.out)).toMatchObject({ kind: 'apply', status: 'done', promoted: true });
    expect(applied.err).toContain('✓ marts.daily_revenue');

    expect(sluice('plan', '--detailed-exitcode', ...NOW)).toMatchObject({ code: 0, err: '' });
    expect(
      sluice('query', 'SELECT order_date, revenue FROM marts.daily_revenue ORDER BY ALL', '--format', 'csv')
        .out,
    ).toBe(
      'order_date,revenue\n2025-01-01,6.30\n2025-01-02,32.20\n2025-01-03,9.10\n2025-01-04,0.00\n2025-01-05,4.20\n2025-01-06,11.20\n2025-01-07,4.20\n',
    );
    expect(sluice('env', 'list').out).toMatch(/^prod +6 +1 /m);
    expect(sluice('audit').code).toBe(0);
  });

  it('lets no bad row through', () => {
    appendFileSync(join(folder, 'shop/data/orders.csv'), '1012,1,2025-01-07 09:00:00,cake,-5.00,paid\n');
    const failed = sluice('apply', '--yes', ...NOW);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('error[audit-failed]: audit non_negative of staging.orders found 1 row');
    expect(failed.out).toContain('skipped marts.customer_orders, marts.daily_revenue');
    expect(failed.err).not.toContain('    at ');
    expect(sluice('query', 'SELECT count(*) AS n FROM staging.orders', '--format', 'csv').out).toBe(
      'n\n11\n',
    );
    const [, kept = ''] = /sluice (quarantine show \S+ --run \S+)/.exec(failed.err + failed.out) ?? [];
    expect(sluice(...kept.split(' ')).out).toContain('1012');
  });

  it('formats and lints', () => {
    expect(sluice('format', '--check')).toMatchObject({
      code: 0,
      out: '✓ 5 files formatted already.\n',
      err: '',
    });
    expect(sluice('lint')).toMatchObject({ code: 0, out: '✓ 4 models checked, nothing found.\n', err: '' });
    const path = join(folder, 'shop/models/marts/all_orders.sql');
    const untidy = 'MODEL (kind VIEW);\nselect *, amount > 9 from staging.orders';
    writeFileSync(path, untidy);

    const found = sluice('lint', 'marts.all_orders');
    expect(found.code).toBe(0);
    expect(found.err).toContain('warning[lint/no-select-star]: the star hands on');
    expect(found.err).toContain('models/marts/all_orders.sql:2:8');
    expect(found.out).toBe('! 1 model checked, 2 findings.\n  1 finding can be mended with --fix.\n');
    const fixed = sluice('lint', 'marts.all_orders', '--fix', '--json');
    expect(JSON.parse(fixed.out)).toMatchObject({
      models: 1,
      fixed: [{ path: 'models/marts/all_orders.sql', fixes: 2 }],
      diagnostics: [],
    });
    expect(sluice('lint', '--fix').out).toBe('✓ 5 models checked, nothing found.\n');

    const checked = sluice('format', 'models/marts', '--check');
    expect(checked.code).toBe(1);
    expect(checked.out).toBe('  models/marts/all_orders.sql\n✗ 1 file would be formatted.\n');
    expect(sluice('format', 'marts.all_orders').out).toBe(
      '  models/marts/all_orders.sql\n✓ 1 file formatted.\n',
    );
    expect(readFileSync(path, 'utf8')).toBe(`MODEL (
  kind VIEW
);

SELECT
  order_id,
  customer_id,
  order_date,
  product,
  amount,
  is_refunded,
  revenue,
  amount > 9 AS "(amount > 9)"
FROM staging.orders
`);
    expect(sluice('format', 'marts.all_order').err).toContain("Did you mean 'marts.all_orders'?");

    writeFileSync(path, 'MODEL (kind VIEW);\nselect a from where b');
    const skipped = sluice('format', '--check');
    expect(skipped.code).toBe(0);
    expect(skipped.err).toContain('warning[not-formatted]');
    expect(skipped.out).toBe('✓ 5 files formatted already; 1 file left alone.\n');
    expect(sluice('lint').code).toBe(1);
    rmSync(path);
  });

  it('says where an error is', () => {
    const path = join(folder, 'shop/models/marts/daily_revenue.sql');
    const good = readFileSync(path, 'utf8');
    writeFileSync(path, good.replace('sum(revenue)', 'sum(revenu)'));
    const broken = sluice('compile');
    expect(broken.code).toBe(1);
    expect(broken.err).toContain('error[unknown-column]');
    expect(broken.err).toMatch(/--> models\/marts\/daily_revenue\.sql:\d+:\d+/);
    expect(broken.err).toMatch(/\| +\^{6}\n/);
    writeFileSync(path, good);
  });

  it('finds no project where there is none', () => {
    const nowhere = sluice('compile', '--project', folder);
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toContain('error[project-not-found]');
  });
});
