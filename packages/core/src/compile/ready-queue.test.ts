import { expect, test } from 'vitest';
import { runReady } from './ready-queue.ts';

/** `size`: how many come at once. */
async function orderOf(
  inputs: Readonly<Record<string, readonly string[]>>,
  lanes: number,
  size = Infinity,
  expected: readonly string[] = Object.keys(inputs),
): Promise<{ readonly done: readonly string[]; readonly left: readonly string[] }> {
  const done: string[] = [];
  const items = Object.keys(inputs);
  async function* arrivals(): AsyncGenerator<readonly string[]> {
    while (items.length > 0) {
      yield items.splice(0, size);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  const left = await runReady({
    arrivals: arrivals(),
    expected,
    inputs: (item) => inputs[item] ?? [],
    late: (item) => item.startsWith('late'),
    lanes,
    batch: 2,
    async work(batch) {
      for (const item of batch)
        for (const input of inputs[item] ?? []) if (input in inputs) expect(done).toContain(input);
      await new Promise((resolve) => setTimeout(resolve, batch.length));
      done.push(...batch);
    },
  });
  return { done, left };
}

test.each([1, 2, 3])('inputs first, whatever is late last, in %i lanes', async (lanes) => {
  const { done, left } = await orderOf(
    { late: ['a'], d: ['b', 'c'], b: ['a'], c: ['a', 'outside'], a: [], e: ['d'], f: [] },
    lanes,
  );
  expect(done.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'late']);
  expect(left).toEqual([]);
});

test.each([1, 2])('inputs first, though they come last, in %i lanes', async (lanes) => {
  const inputs = { late: ['a'], d: ['b', 'c'], b: ['a'], e: [], c: ['a', 'outside'], a: ['e'] };
  const { done, left } = await orderOf(inputs, lanes, 1);
  expect(done.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'late']);
  expect(left).toEqual([]);
});

test('nobody waits for ever for whom has not come', async () => {
  const { done, left } = await orderOf({ a: ['missing'], b: ['a'] }, 2, 1, ['a', 'b', 'missing']);
  expect(done).toEqual(['a', 'b']);
  expect(left).toEqual([]);
});

test('what is on a cycle or below one is left', async () => {
  const { done, left } = await orderOf({ a: [], b: ['c', 'a'], c: ['b'], d: ['c'] }, 2);
  expect(done).toEqual(['a']);
  expect(left).toEqual(['b', 'c', 'd']);
});
