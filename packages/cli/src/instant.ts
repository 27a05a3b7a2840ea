import { invalidOption } from './invalid-option.ts';

const DAY = 86_400_000;
const SHAPE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d))?)?$/i;

/** A day (its first instant) or an ISO 8601 timestamp, UTC where it names no zone. Epoch ms. */
export function parseInstant(text: string, flag: string): number {
  const at = read(text);
  if (at === undefined) {
    throw invalidOption(
      `${flag} must be a date or a timestamp, not '${text}'`,
      "Write it as '2025-03-31' or '2025-03-31T06:00:00Z'; times are UTC.",
    );
  }
  return at.at;
}

/** The end of a range, exclusive: a day is included as a whole, a timestamp is the bound itself. */
export function parseEnd(text: string, flag: string): number {
  return read(text)?.isDay === true ? parseInstant(text, flag) + DAY : parseInstant(text, flag);
}

function read(text: string): { readonly at: number; readonly isDay: boolean } | undefined {
  const m = SHAPE.exec(text.trim());
  if (m === null) return undefined;
  const part = (i: number): number => Number(m[i] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  const exists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59 || part(10) > 23 || part(11) > 59) return undefined;
  const fraction = Math.floor(Number(`0.${m[7] ?? 0}`) * 1000);
  const shift = (m[9] === '-' ? -1 : 1) * (part(10) * 60 + part(11)) * 60_000;
  const at = midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - shift;
  return { at, isDay: m[4] === undefined };
}
