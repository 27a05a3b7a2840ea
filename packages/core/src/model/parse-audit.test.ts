import { expect, test } from 'vitest';
import { SourceText } from '../diagnostic/index.ts';
import { parseAuditFile } from './parse-audit.ts';

function check(text: string, audits: readonly string[], ...errors: readonly string[]): void {
  const { value, diagnostics } = parseAuditFile(new SourceText('audits/a.sql', text));
  expect(diagnostics.map((d) => `${d.code} ${d.location?.line}:${d.location?.column} ${d.message}`)).toEqual(
    errors,
  );
  expect(
    value.map((a) =>
      [a.name, a.severity, ...a.defaults.map((d) => `${d.name}=${d.sql}`), a.query.text].join(' ¦ '),
    ),
  ).toEqual(audits);
}

test('audits', () => {
  check('AUDIT (name a); SELECT 1', ['a ¦ block ¦ SELECT 1']);
  check(
    "-- x\naudit (name a, blocking false, dialect duckdb, defaults (n = 10, c := 'x',));\nFROM @this_model;",
    ["a ¦ warn ¦ n=10 ¦ c='x' ¦ FROM @this_model"],
  );
  check('AUDIT (name a, severity warn); SELECT 1; AUDIT (name b); @DEF(x, 1); SELECT @x', [
    'a ¦ warn ¦ SELECT 1',
    'b ¦ block ¦ SELECT @x',
  ]);
  check('AUDIT (name a, skip true); SELECT 1', []);
});

test('errors', () => {
  check('', [], 'header-missing 1:1 an audit starts with AUDIT (...);');
  check('SELECT 1', [], 'header-missing 1:1 an audit starts with AUDIT (...);');
  check(
    'AUDIT (blocking maybe); SELECT 1',
    [],
    'invalid-name 1:1 this audit needs a name',
    "invalid-property 1:17 'blocking' must be true or false",
  );
  check(
    'AUDIT (name a, severity stop); SELECT 1',
    [],
    "invalid-property 1:25 'severity' must be block, warn or quarantine, found 'stop'",
  );
  check(
    'AUDIT (name a, blocking true, severity warn); SELECT 1',
    [],
    "duplicate-property 1:31 both 'blocking' and 'severity' are given",
  );
  check(
    'AUDIT (name a);\nAUDIT (name b) SELECT 1; AUDIT (name c); SELECT 2',
    ['c ¦ block ¦ SELECT 2'],
    'missing-query 1:1 this audit has no query',
    "header-syntax 2:16 expected ';' after AUDIT (...)",
  );
  check(
    'AUDIT (name a, nam b, cron x); SELECT 1; SELECT 2',
    [],
    "unknown-property 1:16 AUDIT has no property 'nam'",
    "unused-property 1:23 'cron' has no effect in this version of Sluice",
    'extra-statement 1:42 this audit has a second query',
  );
  check(
    'AUDIT (name a, defaults (10)); SELECT 1',
    [],
    'invalid-property 1:26 expected a parameter and its default',
  );
  check('AUDIT (name a); SET x = 1; SELECT 1', [], 'extra-statement 1:17 an audit is one query');
});
