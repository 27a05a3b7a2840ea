import { expect, test } from 'vitest';
import { SourceText } from '../diagnostic/index.ts';
import { readYaml } from './read-yaml.ts';

/** `line:column-endColumn message`, then its notes. */
function shown(text: string): readonly string[] {
  return readYaml(new SourceText('x.yaml', text)).diagnostics.flatMap((d) => [
    `${d.location?.line}:${d.location?.column}-${d.location?.endColumn} ${d.message}`,
    ...d.notes.map((n) => `  ${n.location?.line}:${n.location?.column} ${n.message}`),
  ]);
}

test.each<readonly [string, readonly string[]]>([
  ['a: 1\nb: [x, {y: z}]\n', []],
  ['', []],
  [
    'a: [1, {b: 2}\nc: 3\n',
    ["2:1-2 a ']' is missing before this, or the line is not indented", "  1:4 the '[' is here"],
  ],
  [
    "a: { x: INT, y: DECIMAL(10,2), z: STRUCT(a INT, b MAP(TEXT, INT)), q: 'DECIMAL(9,1)' }\n",
    [
      '1:17-30 a comma ends a value inside of { }, also between parentheses',
      '1:35-66 a comma ends a value inside of { }, also between parentheses',
    ],
  ],
  ['a: { x: f(1), y: g(2, 3, z: 4 }\nb: [f(1, 2)]\n', []],
  ["x: 1\na: 'it's'\n", ["2:8-10 's'' was not expected here"]],
  ['🦆: "ü\nb: 1\n', ['1:5-6 the quote that opens here is never closed']],
  ['a:\n\tb: 1\n', ['2:1-2 a tab cannot indent a line']],
  [
    'a: 1\nb: 2\na: 3\nb: 4\n',
    [
      "3:1-2 'a' stands twice in one mapping",
      '  1:1 the first is here',
      "4:1-2 'b' stands twice in one mapping",
      '  2:1 the first is here',
    ],
  ],
  ['a: b: c\n', ["1:4-5 there is a second ': ' in this line"]],
  [
    'a: 1\n  b: 2\n',
    ['2:3-7 this line is indented as if it belonged to the value above it', '  1:4 that value is here'],
  ],
  ['a\nb: 1\n', ["1:1-2 a name and its ':' must be on one line"]],
  ['a:\n  b: 1\n c: 2\n', ['3:2-3 this line is indented in another way than its neighbours']],
  ['a: @x\n', ["1:4-5 a text that begins with '@' needs quotes"]],
  ['a: 1\n---\nb: 2\n', ["2:1-1 there is a second document after '---'"]],
  ['a: *nope\n', ['1:4-9 nothing is named &nope before this']],
  ['\uFEFFa: 1\r\nb: *nope\r\n', ['2:4-9 nothing is named &nope before this']],
  ['\uFEFFb: *nope\r\n', ['1:4-9 nothing is named &nope before this']],
  [
    `a: &a [1]\n${'bcdefgh'
      .split('')
      .map((n, i) => `${n}: &${n} [${`*${'abcdefg'[i]},`.repeat(9)}]\n`)
      .join('')}`,
    ['2:8-10 the aliases of this file stand for too much'],
  ],
  ['a: &a [*a]\n', []],
])('%j', (text, expected) => {
  expect(shown(text)).toEqual(expected);
});

test('a name that is no text is no warning of the process', async () => {
  const said: string[] = [];
  const listen = (warning: Error): void => void said.push(warning.message);
  process.on('warning', listen);
  expect(shown('x: { ? [{ a: 1 }, [b]] : 2 }\n')).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  expect(said).toEqual([]);
});
