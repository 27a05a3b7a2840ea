import { Cron } from 'croner';
import { floorTo, type IntervalUnit } from './unit.ts';
import { lastTickIn, type WallCron } from './zone.ts';

/** When a model is due. Intervals are UTC; only ticks follow a time zone. */
export interface Cadence extends WallCron {
  readonly expression: string;
  /** The time zone of its ticks. */
  readonly zone: string;
  /** The latest tick at or before an instant. */
  lastTick(at: number): number;
}

/** What of a model or a project says when it is due. */
interface Schedule {
  readonly cron: string | undefined;
  readonly cronTz: string | undefined;
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
 * @param zone an IANA time zone
 * @throws {TypeError} when croner cannot read it; headers are checked before.
 */
export function cadence(expression: string, zone = 'UTC'): Cadence {
  const key = `${zone} ${expression}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const unit = SIMPLE[expression];
  const wall = unit === undefined ? fromCroner(expression) : fromUnit(unit);
  const lastTick = zone === 'UTC' ? wall.lastTick : once(lastTickIn(zone, wall, isEveryHour(expression)));
  const made = { expression, zone, unit: wall.unit, lastTick };
  cache.set(key, made);
  return made;
}

/** The cadence of models that name no cron: whole days. */
const DAILY: Cadence = { expression: '@daily', zone: 'UTC', ...fromUnit('day') };

/** When a model is due that says so itself, or else its project; whole days when neither does. */
export function cadenceOf(own: Schedule, defaults: Schedule): Cadence {
  const expression = own.cron ?? defaults.cron;
  const zone = own.cronTz ?? defaults.cronTz;
  return expression === undefined && zone === undefined
    ? DAILY
    : cadence(expression ?? DAILY.expression, zone);
}

/** The first tick after an instant. */
export function nextTick({ lastTick }: Cadence, after: number): number {
  let step = 60_000;
  while (lastTick(after + step) <= after) step *= 2;
  let tick = lastTick(after + step);
  for (let before = lastTick(tick - 1); before > after; before = lastTick(tick - 1)) tick = before;
  return tick;
}

function isEveryHour(expression: string): boolean {
  return expression === '@hourly' || /^\S+\s+\*(?:\/1)?\s/.test(expression);
}

/** A plan asks the same of every model. */
function once(lastTick: (at: number) => number): (at: number) => number {
  let asked = NaN;
  let answer = NaN;
  return (at) => {
    if (at !== asked) [asked, answer] = [at, lastTick(at)];
    return answer;
  };
}

function fromUnit(unit: IntervalUnit): WallCron {
  return { unit, lastTick: (at) => floorTo(at, unit) };
}

function fromCroner(expression: string): WallCron {
  const cron = new Cron(expression, { timezone: 'UTC' });
  return {
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
