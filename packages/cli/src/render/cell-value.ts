import type { Cell } from '@sluice/core';
import { visible } from './cells.ts';

/** A value of a table as one line of text. */
export function formatCell(value: Cell): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return visible(value);
  if (typeof value === 'object') return visible(JSON.stringify(value));
  return String(value);
}
