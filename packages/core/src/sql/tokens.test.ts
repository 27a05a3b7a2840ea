import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { identifierName, splitStatements, stringValue, tokenize } from './tokens.ts';

const SHORT: Readonly<Record<string, string>> = {
  word: 'w',
  quoted: 'q',
  string: 's',
  number: 'n',
  operator: 'o',
  punctuation: 'p',
  macro: 'm',
  'braced-macro': 'b',
  parameter: '$',
  comment: 'c',
};

/** Tokens as `kind:text`, spaces left out; `!` marks one that is not closed. */
function check(sql: string, expected: string): void {
  const shown = tokenize(sql)
    .filter((t) => t.kind !== 'space')
    .map((t) => `${SHORT[t.kind]}${t.closed ? '' : '!'}:${sql.slice(t.start, t.end)}`)
    .join(' ¦ ');
  expect(shown, sql).toBe(expected);
}

test('tokens are those of DuckDB', () => {
  check('SELECT a$b', 'w:SELECT ¦ w:a$b');
  check('"a""b".c', 'q:"a""b" ¦ p:. ¦ w:c');
  check("'it''s' e'a\\'b' X'ab' b'01' N'x'", "s:'it''s' ¦ s:e'a\\'b' ¦ s:X'ab' ¦ s:b'01' ¦ s:N'x'");
  check("name'x'", "w:name ¦ s:'x'");
  check('$$a$b$$ $t$ $$ $t$', 's:$$a$b$$ ¦ s:$t$ $$ $t$');
  check('$1 $name $', '$:$1 ¦ $:$name ¦ p:$');
  check(
    '1 1.5 .5 1. 1e-5 1_000 1e 12abc 0x1F',
    'n:1 ¦ n:1.5 ¦ n:.5 ¦ n:1. ¦ n:1e-5 ¦ n:1_000 ¦ n:1 ¦ w:e ¦ n:12 ¦ w:abc ¦ n:0 ¦ w:x1F',
  );
  check('x[1:2]', 'w:x ¦ p:[ ¦ n:1 ¦ p:: ¦ n:2 ¦ p:]');
  check('a::int b:=c d->>e', 'w:a ¦ o::: ¦ w:int ¦ w:b ¦ o::= ¦ w:c ¦ w:d ¦ o:->> ¦ w:e');
  check('a=-1 a<>-1 a@-1', 'w:a ¦ o:= ¦ o:- ¦ n:1 ¦ w:a ¦ o:<> ¦ o:- ¦ n:1 ¦ w:a ¦ o:@- ¦ n:1');
  check('a -- b\nc', 'w:a ¦ c:-- b ¦ w:c');
  check('a -- b\rc', 'w:a ¦ c:-- b ¦ w:c');
  check('a /* /* */ */ b', 'w:a ¦ c:/* /* */ */ ¦ w:b');
  check('a*/**/b', 'w:a ¦ o:* ¦ c:/**/ ¦ w:b');
  check('a\u00a0é\u3000ü', 'w:a ¦ w:é ¦ w:ü');
  check('é_1', 'w:é_1');
});

test('what is not closed is a token all the same', () => {
  check("'abc", "s!:'abc");
  check("e'abc\\'", "s!:e'abc\\'");
  check('"abc', 'q!:"abc');
  check('$t$ abc $T$', 's!:$t$ abc $T$');
  check('/* /* */ abc', 'c!:/* /* */ abc');
  check('@{abc', 'b!:@{abc');
});

test('only @ right before a name or a brace is a macro', () => {
  check('@start_ds', 'm:@start_ds');
  check('@{x}_y', 'b:@{x} ¦ w:_y');
  check('col_@x', 'w:col_ ¦ m:@x');
  check('a >=@start', 'w:a ¦ o:>= ¦ m:@start');
  check('@ -5 @-5 @(-5) @5', 'o:@ ¦ o:- ¦ n:5 ¦ o:@- ¦ n:5 ¦ o:@ ¦ p:( ¦ o:- ¦ n:5 ¦ p:) ¦ o:@ ¦ n:5');
  check('[1] <@ [1] @> x', 'p:[ ¦ n:1 ¦ p:] ¦ o:<@ ¦ p:[ ¦ n:1 ¦ p:] ¦ o:@> ¦ w:x');
  check('a @@ b', 'w:a ¦ o:@@ ¦ w:b');
  check('a @@b', 'w:a ¦ o:@@ ¦ w:b');
  check('\'me@example.org\' "a@b"', 's:\'me@example.org\' ¦ q:"a@b"');
});

function split(text: string): readonly string[] {
  return splitStatements(text).map((s) => text.slice(s.start, s.end));
}

test('statements', () => {
  expect(split("a; ';' -- ;\n /* ; */ b ;; $$;$$ ; -- end")).toEqual(['a', "';' -- ;\n /* ; */ b", '$$;$$']);
  expect(split('(a; b')).toEqual(['(a', 'b']);
  expect(split(' -- nothing\n ;')).toEqual([]);
});

test('values', () => {
  expect(identifierName('"a""b"')).toBe('a"b');
  expect(identifierName('abc')).toBe('abc');
  expect(stringValue("'it''s'")).toBe("it's");
  expect(stringValue("e'a\\nb\\\\\\x41\\u00e9'")).toBe('a\nb\\Aé');
  expect(stringValue('$t$a$b$t$')).toBe('a$b');
  expect(stringValue("'open")).toBe('open');
});

test('tokens join up to the input, whatever it is', () => {
  const pieces = '\' " $$ $a$ -- /* */ @ { } \\ \n ; . 1 e a ( - + _';
  const piece = fc.constantFrom(' ', ...pieces.split(' '));
  const sql = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 40 }).map((p) => p.join('')),
  );
  fc.assert(
    fc.property(sql, (text) => {
      let at = 0;
      for (const token of tokenize(text)) {
        expect(token.start).toBe(at);
        expect(token.end).toBeGreaterThan(token.start);
        at = token.end;
      }
      expect(at).toBe(text.length);
    }),
    { numRuns: 2000 },
  );
});
