/** What is thought to be written: always said as a guess. */
import type { EstimateDocument } from '@sluice/core';
import { count, duration } from './words.ts';

/** What nobody waits for is not worth a line. */
const LEAST = { rows: 10_000, bytes: 10_000_000, seconds: 1 };

/** `about 12,000 rows, 3.4 MB, 2.10 s`; undefined where nothing is known, or it is next to nothing. */
export function renderEstimate(estimate: EstimateDocument | null): string | undefined {
  if (estimate === null) return undefined;
  const { rows, bytes, seconds } = estimate;
  const isSmall = (rows ?? 0) < LEAST.rows && (bytes ?? 0) < LEAST.bytes && (seconds ?? 0) < LEAST.seconds;
  if (isSmall) return undefined;
  const parts = [
    ...(rows === null ? [] : [count(rows, 'row')]),
    ...(bytes === null || bytes === 0 ? [] : [renderBytes(bytes)]),
    ...(seconds === null || seconds < 0.1 ? [] : [duration(seconds)]),
  ];
  return parts.length === 0 ? undefined : `about ${parts.join(', ')}`;
}

/** `812 bytes`, `3.4 kB`, `12 MB`. */
function renderBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  if (bytes < 1000) return count(bytes, 'byte');
  let value = bytes / 1000;
  let unit: string = units[0];
  for (const next of units.slice(1)) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
