import { expect, test } from 'vitest';
import { splitCsvLine } from './split-csv-line.ts';

const COMMA = { delimiter: ',', quote: '"', escape: '"' };

test.each([
  ['a,b', COMMA, ['a', 'b']],
  ['', COMMA, ['']],
  [',', COMMA, ['', '']],
  ['a,', COMMA, ['a', '']],
  ['"a,b",c', COMMA, ['a,b', 'c']],
  ['"a ""q""\n2",', COMMA, ['a "q"\n2', '']],
  ['"",""', COMMA, ['', '']],
  ['a"b,c', COMMA, ['a"b', 'c']],
  ['"a"b,c', COMMA, undefined],
  ['"a,c', COMMA, undefined],
  ['a||b', { ...COMMA, delimiter: '||' }, ['a', 'b']],
  ["'a\\'b\\\\';c", { delimiter: ';', quote: "'", escape: '\\' }, ["a'b\\", 'c']],
  ['"a";b', { delimiter: ';', quote: '', escape: '' }, ['"a"', 'b']],
  ['"a"";b', { delimiter: ';', quote: '"', escape: '' }, undefined],
  ['a', { delimiter: '', quote: '', escape: '' }, undefined],
])('%s', (text, dialect, fields) => {
  expect(splitCsvLine(text, dialect)).toEqual(fields);
});
