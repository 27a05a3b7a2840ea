import { expect, test } from 'vitest';
import { redactSql, redactText } from './redact.ts';

test.each([
  [
    "SELECT 'a' AS token, t.password FROM t WHERE x = 'b'",
    "SELECT 'a' AS token, t.password FROM t WHERE x = 'b'",
  ],
  ['SELECT * FROM a JOIN b ON a.token = b.token', 'SELECT * FROM a JOIN b ON a.token = b.token'],
  [
    "CREATE SECRET s (TYPE s3, KEY_ID 'AKIA', SECRET 'hush')",
    "CREATE SECRET s (TYPE s3, KEY_ID '***', SECRET '***')",
  ],
  ["-- why\nATTACH 'host=db password=hush' AS x", "-- why\nATTACH '***' AS x"],
  ['SET s3_secret_access_key = $$hush$$', "SET s3_secret_access_key = '***'"],
  ["SELECT f(password := 'hush', other := 'x')", "SELECT f(password := '***', other := 'x')"],
  [
    "FROM read_csv('https://me:hush@host/f.csv?api_key=hush&x=1')",
    "FROM read_csv('https://me:***@host/f.csv?api_key=***&x=1')",
  ],
  ['SELECT 1 -- password=hush\n', 'SELECT 1 -- password=***\n'],
])('%j is kept as %j', (text, kept) => {
  expect(redactSql(text)).toBe(kept);
});

test('messages lose what they quote', () => {
  expect(redactText('IO Error: cannot connect to "host=db user=me password=hush port=1"')).toBe(
    'IO Error: cannot connect to "host=db user=me password=*** port=1"',
  );
  expect(redactText('Binder Error: column "token" not found')).toBe('Binder Error: column "token" not found');
});
