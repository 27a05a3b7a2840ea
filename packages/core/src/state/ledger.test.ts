import { expect, test } from 'vitest';
import { writeEntry } from './ledger.ts';
import type { LedgerEntry } from './state.ts';

function entry(start: number, end: number, sequence: number): LedgerEntry {
  return { start, end, sequence, data: sequence, inputs: [], doneAt: 1000 + sequence };
}

function ledger(text: string): readonly LedgerEntry[] {
  return text
    .split(' ')
    .filter((t) => t !== '')
    .map((t) => {
      const [start, end, sequence] = t.split(/[-:]/).map(Number);
      return entry(start ?? 0, end ?? 0, sequence ?? 0);
    });
}

function shown(of: readonly LedgerEntry[]): string {
  return of.map((e) => `${e.start}-${e.end}:${e.sequence}`).join(' ');
}

test.each([
  // before, write, after, removed, added
  ['', '1-3:9', '1-3:9', '', '1-3:9'],
  ['1-3:1', '3-5:9', '1-3:1 3-5:9', '', '3-5:9'],
  ['1-3:1', '1-3:9', '1-3:9', '1-3', '1-3:9'],
  ['1-9:1', '3-5:9', '1-3:1 3-5:9 5-9:1', '1-9', '1-3:1 5-9:1 3-5:9'],
  ['1-9:1', '1-5:9', '1-5:9 5-9:1', '1-9', '5-9:1 1-5:9'],
  ['1-9:1', '5-9:9', '1-5:1 5-9:9', '1-9', '1-5:1 5-9:9'],
  ['1-3:1 3-5:2 5-7:3', '2-6:9', '1-2:1 2-6:9 6-7:3', '1-3 3-5 5-7', '1-2:1 6-7:3 2-6:9'],
  ['1-3:1 7-9:2', '0-10:9', '0-10:9', '1-3 7-9', '0-10:9'],
  ['1-3:1 7-9:2', '4-6:9', '1-3:1 4-6:9 7-9:2', '', '4-6:9'],
])('%j with %j is %j', (before, write, after, removed, added) => {
  const [written] = ledger(write);
  if (written === undefined) throw new Error('nothing to write');
  const change = writeEntry(ledger(before), written);
  expect(shown(change.entries)).toBe(after);
  expect(change.removed.map((r) => `${r.start}-${r.end}`).join(' ')).toBe(removed);
  expect(shown(change.added)).toBe(added);
});

test('what is left of an entry keeps its history', () => {
  const old: LedgerEntry = {
    ...entry(1, 9, 4),
    inputs: [{ model: 'a', physical: 'b', coverage: [{ start: 1, end: 9, data: 4 }] }],
  };
  const { entries } = writeEntry([old], entry(3, 5, 7));
  expect(entries[0]).toEqual({ ...old, end: 3 });
  expect(entries[2]).toEqual({ ...old, start: 5 });
});
