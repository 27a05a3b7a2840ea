import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generateShop } from '../scripts/generate-shop.ts';

const FILES = ['campaigns.csv', 'customers.csv', 'products.csv', 'transactions.csv'];
const folder = mkdtempSync(join(tmpdir(), 'shop-'));
const committed = join(import.meta.dirname, '..', 'data');

afterAll(() => rmSync(folder, { recursive: true }));

function digests(of: string): string[] {
  return FILES.map((file) =>
    createHash('sha256')
      .update(readFileSync(join(of, file)))
      .digest('hex'),
  );
}

describe('generateShop', () => {
  it('makes the committed files when asked for nothing else', async () => {
    const out = join(folder, 'committed');
    const rows = await generateShop({ out });
    expect(rows).toEqual({ campaigns: 40, customers: 2020, products: 500, transactions: 20_000 });
    expect(digests(out)).toEqual(digests(committed));
  });

  // Enough rows for several of DuckDB's row groups, of which each thread takes one at a time.
  it('makes the same bytes with one thread and with several', async () => {
    const outs = [1, 2, 4].map((threads) => ({ threads, out: join(folder, `threads-${threads}`) }));
    for (const { threads, out } of outs) await generateShop({ out, transactions: 400_000, threads });
    const [one, ...others] = outs.map(({ out }) => digests(out));
    for (const other of others) expect(other).toEqual(one);
  });

  it('makes another shop from another seed', async () => {
    const out = join(folder, 'seed');
    await generateShop({ out, transactions: 1_000, seed: 7 });
    await generateShop({ out: join(folder, 'other'), transactions: 1_000, seed: 8 });
    expect(digests(out)).not.toEqual(digests(join(folder, 'other')));
  });

  it.each([{ transactions: 0 }, { transactions: 1.5 }, { transactions: 1e12 }, { seed: -1 }, { seed: 0.5 }])(
    'refuses %o',
    async (options) => {
      await expect(generateShop({ out: join(folder, 'refused'), ...options })).rejects.toThrow(RangeError);
    },
  );
});
