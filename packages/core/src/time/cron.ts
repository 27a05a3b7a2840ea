import { Cron } from 'croner';
import { floorTo, type IntervalUnit } from './unit.ts';

/** When a model is due. All in UTC. */
export interface Cadence {
  readonly expression: string;
  readonly unit: IntervalUnit;
  /** The latest tick at or before an instant. */
  lastTick(at: number): number;
}

const SIMPLE: Readonly<Record<string, IntervalUnit>> = {
  '@hourly': 'hour',
  '0 * * * *': 'hour',
  '@daily': 'day',
  '@midnight': 'day',
  '0 0 * * *': 'day',
  '@monthly': 'month',
  '0 0 1 * *': 'month',
  '@yearly': 'year',
  '@annually': 'year',
  '0 0 1 1 *': 'year',
  '*/5 * * * *': 'five_minute',
  '*/15 * * * *': 'quarter_hour',
  '*/30 * * * *': 'half_hour',
};

const cache = new Map<string, Cadence>();

/**
 * Reads a cron expression: `@hourly`, `@daily`, … or five fields.
 * @throws {TypeError} when croner cannot read it; headers are checked before.
 */
export function cadence(expression: string): Cadence {
  const known = cache.get(expression);
  if (known !== undefined) return known;
  const unit = SIMPLE[expression];
  const made = unit === undefined ? fromCroner(expression) : fromUnit(expression, unit);
  cache.set(expression, made);
  return made;
}

/** The cadence of models that name no cron: whole days. */
export const DAILY: Cadence = fromUnit('@daily', 'day');

function fromUnit(expression: string, unit: IntervalUnit): Cadence {
  return { expression, unit, lastTick: (at) => floorTo(at, unit) };
}

function fromCroner(expression: string): Cadence {
  const cron = new Cron(expression, { timezone: 'UTC' });
  return {
    expression,
    unit: unitOf(cron),
    lastTick(at) {
      const second = Math.floor(at / 1000) * 1000;
      if (cron.match(new Date(second))) return second;
      return cron.previousRuns(1, new Date(second))[0]?.getTime() ?? 0;
    },
  };
}

const LIMITS: readonly (readonly [number, IntervalUnit])[] = [
  [365 * 86_400_000, 'year'],
  [28 * 86_400_000, 'month'],
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [1_800_000, 'half_hour'],
  [900_000, 'quarter_hour'],
];

function unitOf(cron: Cron): IntervalUnit {
  const runs = cron.nextRuns(32, new Date(Date.UTC(2024, 0, 1))).map((d) => d.getTime());
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < runs.length; i++) shortest = Math.min(shortest, (runs[i] ?? 0) - (runs[i - 1] ?? 0));
  return LIMITS.find(([length]) => shortest >= length)?.[1] ?? 'five_minute';
}
