import { duckDbVersion } from '../engine/duckdb/open.ts';

/** What bound plans depend on and do not show. */
export async function binderSettings(): Promise<string> {
  return `duckdb ${await duckDbVersion()}; TimeZone=UTC`;
}
