/**
 * Checks cron expressions while a header is read, synchronously and without loading a cron library: what passes here is
 * what the planner's library accepts (a test compares the two).
 */
const ALIASES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'] as const;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'day of week', low: 0, high: 7, names: DAYS },
] as const;

/** What is wrong with a cron expression, as a sentence; undefined when it is right. */
export function cronProblem(text: string): string | undefined {
  const cron = text.trim().toLowerCase();
  if (cron.startsWith('@')) {
    return ALIASES.some((alias) => alias === cron)
      ? undefined
      : `'${text}' is not one of ${ALIASES.join(', ')}`;
  }
  const fields = cron.split(/\s+/);
  if (cron === '' || fields.length !== FIELDS.length) {
    return `A cron expression has 5 fields (minute, hour, day, month, day of week), this one has ${cron === '' ? 0 : fields.length}`;
  }
  const values: (ReadonlySet<number> | undefined)[] = [];
  for (const [i, field] of FIELDS.entries()) {
    const given = fields[i] ?? '';
    const set = parseField(given, field.low, field.high, field.names);
    if (set === undefined) {
      return `'${given}' is not a valid ${field.name} (${field.low}-${field.high})`;
    }
    values.push(set);
  }
  const [, , days, months] = values;
  const never =
    fields[4] === '*' && ![...(months ?? [])].some((m) => [...(days ?? [])].some((d) => d <= daysIn(m)));
  return never ? `'${text}' never comes: no such day is in that month` : undefined;
}

function daysIn(month: number): number {
  return month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** All values of a field; undefined when it is not well formed. */
function parseField(
  text: string,
  low: number,
  high: number,
  names: readonly string[],
): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return undefined;
    const every = Number(step ?? 1);
    if (every > high) return undefined;
    const [from, to, ...rest] = range === '*' ? [String(low), String(high)] : range.split('-');
    if (rest.length > 0) return undefined;
    const first = valueOf(from ?? '', low, high, names);
    const last = to === undefined ? first : valueOf(to, low, high, names);
    if (first === undefined || last === undefined || last < first) return undefined;
    if (step !== undefined && to === undefined) return undefined;
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return values;
}

function valueOf(text: string, low: number, high: number, names: readonly string[]): number | undefined {
  const named = names.indexOf(text);
  if (named >= 0) return named + low;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= low && value <= high ? value : undefined;
}
