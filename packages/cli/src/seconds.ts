import { invalidOption } from './invalid-option.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };
const LONGEST = 86_400;

/** A span of an option, in seconds: `30`, `30s`, `5m`, `1h`; from a tenth of a second to a day. */
export function parseSeconds(text: string, flag: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([smh]?)$/.exec(text.trim()) ?? [];
  const seconds = Number(number) * (UNITS[unit] ?? 1);
  if (seconds >= 0.1 && seconds <= LONGEST) return seconds;
  throw invalidOption(
    `${flag} must be a time between 0.1s and 24h, not '${text}'`,
    `Write ${flag} 30s, ${flag} 5m or ${flag} 1h.`,
  );
}
