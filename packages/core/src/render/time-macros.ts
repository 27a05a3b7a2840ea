/**
 * The macros of time. Renderings are SQLMesh's: `@end_*` is the last instant inside the interval (one microsecond before
 * its end), so that BETWEEN is right; `@interval_start` and `@interval_end` are the half-open bounds. All are UTC.
 */
import { literal } from '../sql/quote.ts';
import type { RenderContext } from './rendered.ts';

/** An instant to the microsecond. */
interface Instant {
  readonly milliseconds: number;
  /** 0 to 999, on top. */
  readonly microseconds: number;
}

const FORMATS: Readonly<Record<string, (instant: Instant) => string>> = {
  ds: (at) => literal(dateText(at)),
  ts: (at) => literal(timestampText(at)),
  tstz: (at) => literal(`${timestampText(at)}+00:00`),
  date: (at) => `CAST(${literal(dateText(at))} AS DATE)`,
  dt: (at) => `CAST(${literal(`${timestampText(at)}+00:00`)} AS TIMESTAMPTZ)`,
  dtntz: (at) => `CAST(${literal(timestampText(at))} AS TIMESTAMP)`,
  hour: (at) => String(new Date(at.milliseconds).getUTCHours()),
  epoch: (at) =>
    Number.isInteger(at.milliseconds / 1000) ? `${at.milliseconds / 1000}.0` : String(at.milliseconds / 1000),
  millis: (at) => String(at.milliseconds),
};

const INSTANTS: Readonly<Record<string, (context: RenderContext) => Instant>> = {
  start: (context) => ({ milliseconds: context.interval.start, microseconds: 0 }),
  end: (context) => ({ milliseconds: context.interval.end - 1, microseconds: 999 }),
  execution: (context) => ({ milliseconds: context.executionTime, microseconds: 0 }),
};

/** Every macro whose value depends on the clock or the interval, lower case without `@`. */
export const TIME_MACROS: readonly string[] = [
  ...Object.keys(INSTANTS).flatMap((prefix) => Object.keys(FORMATS).map((format) => `${prefix}_${format}`)),
  'interval_start',
  'interval_end',
];

/** The SQL of a time macro (name in lower case); undefined when it is none. */
export function timeMacro(name: string, context: RenderContext): string | undefined {
  if (name === 'interval_start' || name === 'interval_end') {
    const milliseconds = name === 'interval_start' ? context.interval.start : context.interval.end;
    return FORMATS['dtntz']?.({ milliseconds, microseconds: 0 });
  }
  const at = name.indexOf('_');
  const [prefix, suffix] = [name.slice(0, at), name.slice(at + 1)];
  if (at < 0 || !Object.hasOwn(INSTANTS, prefix) || !Object.hasOwn(FORMATS, suffix)) return undefined;
  const instant = INSTANTS[prefix]?.(context);
  return instant === undefined ? undefined : FORMATS[suffix]?.(instant);
}

function dateText(at: Instant): string {
  return new Date(at.milliseconds).toISOString().slice(0, 10);
}

/** `2024-01-31 06:00:00`, with microseconds when there are any. */
function timestampText(at: Instant): string {
  const iso = new Date(at.milliseconds).toISOString();
  const fraction = `${iso.slice(20, 23)}${String(at.microseconds).padStart(3, '0')}`;
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction === '000000' ? '' : `.${fraction}`}`;
}
