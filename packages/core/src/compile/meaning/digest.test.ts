import { expect, test } from 'vitest';
import { digest, digestCall } from './digest.ts';

const TEXTS = [
  '',
  'a b,c_1',
  'say "x"',
  'back\\slash',
  'line\nbreak',
  '\u0000\u001f',
  'ä😀',
  '\ud800',
  '={"id":"BIGINT"}',
];

test.each(TEXTS)('the digest of a call with %j is the one of its JSON', (text) => {
  expect(digestCall(text, [])).toBe(digest(text, []));
  expect(digestCall('f', [text])).toBe(digest('f', [text]));
  expect(digestCall(text, [text, 'x', text])).toBe(digest(text, [text, 'x', text]));
});
