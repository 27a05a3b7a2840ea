import type { Cell } from '../engine/warehouse.ts';
import { columnType, hasFloats, type ColumnType } from './column-type.ts';

/** Whether two values of a column are the same. */
export type SameCell = (expected: Cell, actual: Cell) => boolean;

/**
 * Compares values of one type, as the engine answers them. Floating-point numbers may differ by rounding (9 digits of a
 * DOUBLE, 5 of a FLOAT count), or by `tolerance` where one is given; maps are the same in any order.
 */
export function sameCells(type: string, tolerance: number | undefined): SameCell {
  return comparer(columnType(type), tolerance);
}

/** A text that is equal for equal values, or undefined for a type whose values are the same without being equal. */
export function cellKey(type: string): ((cell: Cell) => string) | undefined {
  const parsed = columnType(type);
  return hasFloats(parsed) || hasMaps(parsed) ? undefined : (cell) => JSON.stringify(cell);
}

function comparer(type: ColumnType, tolerance: number | undefined): SameCell {
  const inner = innerComparer(type, tolerance);
  return (a, b) => (a === null || b === null ? a === b : inner(a, b));
}

function innerComparer(type: ColumnType, tolerance: number | undefined): SameCell {
  switch (type.kind) {
    case 'plain': {
      if (!hasFloats(type)) return (a, b) => JSON.stringify(a) === JSON.stringify(b);
      return (a, b) => near(a, b, tolerance, type.name === 'DOUBLE' ? 1e-9 : 1e-5);
    }
    case 'list': {
      const same = comparer(type.item, tolerance);
      return (a, b) =>
        isList(a) && isList(b) && a.length === b.length && a.every((x, i) => same(x, b[i] ?? null));
    }
    case 'struct': {
      const fields = type.fields.map((f) => [f.name, comparer(f.type, tolerance)] as const);
      return (a, b) =>
        isObject(a) && isObject(b) && fields.every(([n, same]) => same(a[n] ?? null, b[n] ?? null));
    }
    case 'map':
      return sameMaps(comparer(type.key, tolerance), comparer(type.value, tolerance));
    case 'union':
      return (a, b) => JSON.stringify(a) === JSON.stringify(b);
    default:
      return type satisfies never;
  }
}

/** Maps come as lists of `{key, value}`. */
function sameMaps(sameKey: SameCell, sameValue: SameCell): SameCell {
  return (a, b) => {
    if (!isList(a) || !isList(b) || a.length !== b.length) return false;
    const left = [...b];
    return a.every((x) => {
      const at = left.findIndex(
        (y) => isObject(x) && isObject(y) && sameKey(x['key'] ?? null, y['key'] ?? null),
      );
      const [y = null] = at < 0 ? [] : left.splice(at, 1);
      return at >= 0 && isObject(x) && isObject(y) && sameValue(x['value'] ?? null, y['value'] ?? null);
    });
  };
}

function near(a: Cell, b: Cell, tolerance: number | undefined, relative: number): boolean {
  // NaN and the infinities come as texts.
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  const off = Math.abs(a - b);
  return off <= (tolerance ?? Math.max(relative * Math.max(Math.abs(a), Math.abs(b)), 1e-12));
}

function hasMaps(type: ColumnType): boolean {
  switch (type.kind) {
    case 'map':
      return true;
    case 'list':
      return hasMaps(type.item);
    case 'struct':
      return type.fields.some((f) => hasMaps(f.type));
    case 'plain':
    case 'union':
      return false;
    default:
      return type satisfies never;
  }
}

function isList(cell: Cell): cell is readonly Cell[] {
  return Array.isArray(cell);
}

function isObject(cell: Cell): cell is { readonly [key: string]: Cell } {
  return typeof cell === 'object' && cell !== null && !Array.isArray(cell);
}
