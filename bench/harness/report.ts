import { parseArgs } from 'node:util';
import type { Usage } from './child.ts';
import { median, ratioOf, type Pairs } from './pairs.ts';

/** One line of the results. */
export interface Measurement {
  readonly what: string;
  /** What ran beside it. */
  readonly against: string;
  readonly pairs: Pairs;
  readonly usage: { readonly measured: Usage; readonly beside: Usage };
  /** At most so many times what ran beside it, or at most so many seconds. */
  readonly budget?: { readonly ratio: number } | { readonly seconds: number };
  /** Other numbers worth knowing, in words. */
  readonly notes?: readonly string[];
}

/** Options that every benchmark knows, and its own. */
export function readArguments<Name extends string>(
  own: Readonly<Record<Name, string>>,
): { readonly json: boolean; readonly values: Readonly<Record<Name, string>> } {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      ...Object.fromEntries(Object.keys(own).map((name) => [name, { type: 'string' as const }])),
    },
  });
  const { json, ...given } = values as { json: boolean } & Record<string, string>;
  return { json, values: { ...own, ...given } };
}

/** Whole numbers of an option: `--models 100,1000`. */
export function numbers(text: string): readonly number[] {
  return text.split(',').map((part) => {
    const value = Number(part);
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`not a whole number from 1: ${part}`);
    return value;
  });
}

export function print(measurements: readonly Measurement[], json: boolean): void {
  console.log(json ? JSON.stringify(measurements.map(toDocument), null, 2) : toMarkdown(measurements));
}

function toDocument(m: Measurement): Readonly<Record<string, unknown>> {
  return {
    ...m,
    runs: m.pairs.measured.length,
    seconds: { measured: median(m.pairs.measured), beside: median(m.pairs.beside) },
    ratio: ratioOf(m.pairs),
  };
}

function toMarkdown(measurements: readonly Measurement[]): string {
  const lines = [
    '| what | seconds | against | seconds | ratio | budget | processor | peak memory | pairs |',
    '|---|---:|---|---:|---:|---:|---:|---:|---:|',
    ...measurements.map((m) =>
      [
        '',
        m.what,
        secondsText(median(m.pairs.measured)),
        m.against,
        secondsText(median(m.pairs.beside)),
        `${ratioOf(m.pairs).toFixed(2)} ×`,
        budgetText(m.budget),
        `${secondsText(m.usage.measured.cpu)} s (${secondsText(m.usage.beside.cpu)} s)`,
        `${megabytes(m.usage.measured.peak)} (${megabytes(m.usage.beside.peak)})`,
        String(m.pairs.measured.length),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ];
  const notes = measurements.flatMap((m) => (m.notes ?? []).map((note) => `- ${m.what}: ${note}`));
  return [...lines, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function secondsText(seconds: number): string {
  return seconds < 10 ? seconds.toFixed(3) : seconds.toFixed(1);
}

function budgetText(budget: Measurement['budget']): string {
  if (budget === undefined) return '';
  return 'ratio' in budget ? `≤ ${budget.ratio} ×` : `≤ ${budget.seconds} s`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
