/** What ledger entries read of their inputs, as the text that is kept. */
import { BEGINNING, END, type Coverage } from '../time/index.ts';
import type { RecordedInput } from './state.ts';

/** Coverages are kept as `[start, end, data]` triples; null stands for "since ever" and "for ever". */
type StoredInput = readonly [
  model: string,
  physical: string,
  coverage: readonly (readonly [number | null, number | null, number])[],
];

export function readInputs(json: string): readonly RecordedInput[] {
  return (JSON.parse(json) as readonly StoredInput[]).map(([model, physical, coverage]) => ({
    model,
    physical,
    coverage: coverage.map(([start, end, data]) => ({ start: start ?? BEGINNING, end: end ?? END, data })),
  }));
}

export function writeInputs(inputs: readonly RecordedInput[]): string {
  return JSON.stringify(inputs.map((i): StoredInput => [i.model, i.physical, storedCoverage(i.coverage)]));
}

function storedCoverage(coverage: Coverage): StoredInput[2] {
  return coverage.map((s) => [s.start <= BEGINNING ? null : s.start, s.end >= END ? null : s.end, s.data]);
}
