/** What an editor, a merge or a slip of the hand does to a file. */
import * as fc from 'fast-check';
import { tokenize } from '../../src/sql/tokens.ts';

export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly byte: number }
  | { readonly kind: 'drop' | 'double'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly other: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'crlf' | 'bom' }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string };

const INSERTED: readonly string[] = [
  '(',
  ')',
  '[',
  '{',
  '}',
  '@',
  '@{',
  "'",
  '"',
  '$$',
  ';',
  ',',
  '--',
  '/*',
  '*/',
  ':',
  '.',
  '\\',
  '\n',
  '\t',
  '\r',
  '\u0000',
  '\uFEFF',
  '🦆',
  '\ud800',
  'ö',
  'NULL',
  '1e999',
  '99999999999999999999',

  '&a',
  '*a',
  '*nope',
  '- ',
  '<<: ',
  '@EACH(',
  '@DEF(x, @x);',
  '@IF(@z, ',
  'x -> @x',
  '@this_model',
  '@STAR(x)',
  'SELECT ',
  ' UNION ',
  ' PIVOT ',
  '?',
  '$1',
  'MODEL (',
  'AUDIT (',
  'JINJA_QUERY_BEGIN;',
  '{{ x }}',
  '__proto__',
];

/** A place in a file, as a share of its length; without fast-check's bias, which would spoil first words only. */
const position = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((n) => n / 1_000_000);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      at: position,
      byte: fc.integer({ min: 1, max: 255 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom<'drop' | 'double'>('drop', 'double'), at: position }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('swap' as const), at: position, other: position }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: position }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom<'crlf' | 'bom'>('crlf', 'bom') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      at: position,
      text: fc.constantFrom(...INSERTED),
    }),
  },
);

function pieces(path: string, text: string): readonly string[] {
  return path.endsWith('.sql')
    ? tokenize(text).map((t) => text.slice(t.start, t.end))
    : (text.match(/\s+|[\w%/-]+|[^\s\w]/gu) ?? []);
}

const index = (length: number, at: number): number => Math.floor(at * length);

export function mutate(path: string, text: string, m: Mutation): string {
  switch (m.kind) {
    case 'flip': {
      const bytes = Buffer.from(text);
      const at = index(bytes.length, m.at);
      bytes[at] = (bytes[at] ?? 0) ^ m.byte;
      return bytes.toString('utf8');
    }
    case 'cut':
      return text.slice(0, index(text.length, m.at));
    case 'crlf':
      return text.replaceAll(/\r?\n/g, '\r\n');
    case 'bom':
      return `\uFEFF${text}`;
    case 'insert': {
      const at = index(text.length, m.at);
      return text.slice(0, at) + m.text + text.slice(at);
    }
    default: {
      const parts = [...pieces(path, text)];
      const at = index(parts.length, m.at);
      const one = parts[at] ?? '';
      if (m.kind === 'drop') parts.splice(at, 1);
      if (m.kind === 'double') parts.splice(at, 0, one);
      if (m.kind === 'swap') {
        const other = index(parts.length, m.other);
        parts[at] = parts[other] ?? '';
        parts[other] = one;
      }
      return parts.join('');
    }
  }
}
