import { hash } from 'node:crypto';

/** Version of the rules below. A new number makes every meaning a new one; stored definitions are then versioned again. */
export const MEANING_SCHEME = 1;

/** 128 bits, as hex, of canonical JSON. */
export function digest(...parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify([MEANING_SCHEME, parts]), 'hex').slice(0, 32);
}
