import { expect, test } from 'vitest';
import { orderNodes } from './graph.ts';

/** `c:a,b` is the node c with the inputs a and b. */
function order(text: string): ReturnType<typeof orderNodes> {
  const nodes = text.split(' ').map((t) => t.split(':'));
  return orderNodes(
    nodes.map(([n]) => n ?? ''),
    new Map(nodes.map(([n, inputs]) => [n ?? '', (inputs ?? '').split(',').filter((i) => i !== '')])),
  );
}

test.each([
  ['a b c', 'a b c'],
  ['c:b b:a a', 'a | b | c'],
  ['d:b,c b:a c:a a', 'a | b c | d'],
  ['z y:z x:z', 'z | y x'],
  ['b:a,a a', 'a | b'],
])('%s has the layers %s', (given, expected) => {
  const { layers, cycles, left } = order(given);
  expect(layers.map((l) => l.join(' ')).join(' | ')).toBe(expected);
  expect([cycles, left]).toEqual([[], []]);
});

test.each([
  ['a:a', ['a → a'], 'a'],
  ['a:b b:a', ['b → a → b'], 'a b'],
  ['a:c b:a c:b', ['b → c → a → b'], 'a b c'],
  ['a:b b:a c:a d', ['b → a → b'], 'a b c'],
  ['a:b b:a c:d d:c', ['b → a → b', 'd → c → d'], 'a b c d'],
])('%s has the cycles %j', (given, expected, left) => {
  const ordering = order(given);
  expect(ordering.cycles.map((c) => c.join(' → '))).toEqual(expected);
  expect(ordering.left.join(' ')).toBe(left);
});
