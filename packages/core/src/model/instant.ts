/** Dates and times as authors write them in headers and project.yaml. All are UTC unless an offset is given. */

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s*(?:(Z)|([+-])(\d{2}):?(\d{2})?)?$/i;

/** Epoch milliseconds of `2024-01-31`, `2024-01-31 12:00[:00[.000]]`, with `Z` or `+02:00` behind it; else undefined. */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text.trim());
  if (match === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    ,
    sign,
    offsetHour,
    offsetMinute,
  ] = match;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const parts = [
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ] as const;
  const at = Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5], milliseconds);
  const date = new Date(at);
  const same =
    date.getUTCFullYear() === parts[0] &&
    date.getUTCMonth() === parts[1] - 1 &&
    date.getUTCDate() === parts[2] &&
    date.getUTCHours() === parts[3] &&
    date.getUTCMinutes() === parts[4] &&
    date.getUTCSeconds() === parts[5];
  if (!same) return undefined;
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * 60_000;
  return sign === '-' ? at + offset : at - offset;
}

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
  year: 365 * 24 * HOUR,
};

/**
 * Milliseconds of `7 days ago`, `36 hours ago`, `1 month ago`. The length of a unit does not depend on the calendar: a
 * month is 30 days, a year 365.
 */
export function parseAgo(text: string): number | undefined {
  const match = /^(\d{1,6})\s*([a-z]+?)s?\s+ago$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Milliseconds of a length of time: `7 days`, `36 hours`, as {@link parseAgo} counts them. */
export function parseSpan(text: string): number | undefined {
  return /\bago\s*$/i.test(text) ? undefined : parseAgo(`${text} ago`);
}
