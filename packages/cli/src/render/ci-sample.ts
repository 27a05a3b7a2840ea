import type { CiDocument } from '@sluice/core';
import { count, number } from './words.ts';

/** What a reader of a build on a sample has to know. */
export const LENIENT =
  'Built on a sample: audits that read other tables, look at a table as a whole or are your own only warn, for they may fail for rows that are not in it.';

/** Each source with its rows, those first of which most is missing; the ones that are there as a whole together. */
export function sampledSources({ build, sample }: CiDocument): readonly string[] {
  if (sample === null || build === null) return [];
  const sources = build.results.flatMap((r) =>
    r.sampled_from === null ? [] : [{ model: r.model, rows: r.rows ?? 0, of: r.sampled_from }],
  );
  const parts = sources.filter((s) => s.rows < s.of).toSorted((a, b) => b.of - a.of);
  const whole = sources.length - parts.length;
  return [
    ...parts.map((s) => `${s.model} with ${number(s.rows)} of ${count(s.of, 'row')}`),
    ...(whole === 0 ? [] : [`${count(whole, parts.length > 0 ? 'other source' : 'source')} with all rows`]),
  ];
}
