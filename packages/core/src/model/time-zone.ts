import { didYouMean } from '../diagnostic/index.ts';

/** What to write instead of a text that is not a time zone of this machine; undefined when it is one. */
export function timeZoneHint(zone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone }).format(0);
    return undefined;
  } catch {
    const meant = didYouMean(zone, Intl.supportedValuesOf('timeZone'));
    return meant ?? `Write a name of the IANA database, such as 'Europe/Berlin' or 'UTC'.`;
  }
}
