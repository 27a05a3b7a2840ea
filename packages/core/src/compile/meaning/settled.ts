/**
 * Where the order of rows cannot be seen: rows that tie in all keys of a sort are the same rows if the keys settle all that is
 * looked at. What comes out is then the same list, whatever order the rows came in.
 */
import { flag, isObject, list, object, text, type Json, type JsonObject } from '../plan-node.ts';
import { isExact } from './exact-types.ts';
import { isVolatile, type Term } from './term.ts';

/** Whether a value is the same in all rows that have the same values for these keys. */
export function settledBy(
  keys: readonly (Json | undefined)[],
  columns: readonly Term[],
  hash: (term: Term) => string,
): (term: Term) => boolean {
  const settled = new Set<string>();
  for (const key of keys) {
    const column = isObject(key) ? exactColumn(key, columns) : undefined;
    if (column !== undefined) settled.add(hash(column));
  }
  const isSettled = (term: Term): boolean => {
    if (term.kind === 'atom' || (term.kind === 'column' && term.relation.single === true)) return true;
    if (settled.has(hash(term))) return true;
    return term.kind === 'call' && !isVolatile(term) && term.operands.every(isSettled);
  };
  return isSettled;
}

/** The column that a key is, or is with another type, when equal keys are equal values of it. */
function exactColumn(key: JsonObject, columns: readonly Term[]): Term | undefined {
  const child = text(key, 'type') === 'OPERATOR_CAST' ? object(key, 'child') : undefined;
  if (child !== undefined) return isWidening(key, child) ? exactColumn(child, columns) : undefined;
  if (text(key, 'type') !== 'BOUND_REF' || !isExact(object(key, 'return_type'))) return undefined;
  const index = key['index'] ?? 0;
  return typeof index === 'number' ? columns[index] : undefined;
}

/** A cast that fails or keeps the value: of whole numbers to other ones, of dates to times. */
function isWidening(cast: JsonObject, child: JsonObject): boolean {
  const [from, to] = [child, cast].map((part) => text(object(part, 'return_type'), 'id'));
  if (flag(cast, 'try_cast') || from === undefined || to === undefined) return false;
  return WHOLE.test(from) ? WHOLE.test(to) || to === 'DECIMAL' : from === 'DATE' && to === 'TIMESTAMP';
}

const WHOLE = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/;

/** The expressions of an ORDER BY. */
export function keysOf(sorted: JsonObject | undefined): readonly (Json | undefined)[] {
  return list(sorted, 'orders').map((order) => (isObject(order) ? order['expression'] : undefined));
}
