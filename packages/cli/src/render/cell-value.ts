import type { Cell } from '@sluice/core';
import { visible } from './cells.ts';

/** A value of a table as one line of text. */
export function formatCell(value: Cell): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return visible(value);
  if (typeof value === 'object') return visible(JSON.stringify(value));
  return String(value);
}

/** The same for a column of which the type is known: `6.30` for a DECIMAL(10,2), not `6.3`. */
export function typedCell(value: Cell, type: string): Cell {
  const scale = typeof value === 'number' ? /^DECIMAL\(\d+,\s*(\d+)\)$/i.exec(type)?.[1] : undefined;
  return scale === undefined || typeof value !== 'number' ? value : value.toFixed(Number(scale));
}
