/** Types of which two values that compare equal are the same: not so 0.0 and -0.0, or 30 days and a month. */
import { object, text, type JsonObject } from '../plan-node.ts';

const EXACT =
  /^(BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL|DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|UUID|BLOB|ENUM)$/;

/** Whether a type, as plans have it, is such. */
export function isExact(type: JsonObject | undefined): boolean {
  const id = text(type, 'id');
  const info = object(type, 'type_info');
  // A text with a collation is another thing.
  if (id === 'VARCHAR') return info === undefined;
  if (id === 'LIST') return isExact(object(info, 'child_type'));
  return EXACT.test(id);
}
