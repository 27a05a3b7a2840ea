import { diagnostic } from '../../diagnostic/index.ts';
import type { SqlFragment } from '../../model/index.ts';
import { qualify } from '../../sql/qualify.ts';
import type { Step } from './step.ts';
import type { Target } from './target.ts';

/**
 * Keys of rows. NULL is a key like any other: two rows without one are the same row, not two that never meet.
 */

/** A key's expressions over the columns of an alias. */
export function keyOf(target: Target, key: readonly SqlFragment[], alias: string): readonly string[] {
  const names = target.node.columns.map((c) => c.name);
  return key.map((k) => `(${qualify(k.text, names, alias)})`);
}

/** The condition that two rows have the same key. */
export function sameKey(
  target: Target,
  key: readonly SqlFragment[],
  one = 'target',
  other = 'source',
): string {
  const others = keyOf(target, key, other);
  return keyOf(target, key, one)
    .map((k, i) => `${k} IS NOT DISTINCT FROM ${others[i] ?? ''}`)
    .join(' AND ');
}

/** Refuses a relation that holds a key twice: which of the rows would win is nothing to guess. */
export function checkKeys(
  target: Target,
  key: readonly SqlFragment[],
  relation: string,
  cause: 'query' | 'merge_filter',
): Step {
  const keys = keyOf(target, key, 'held');
  const named = keys.map((k, i) => `${k} AS key${i}`).join(', ');
  const { name, definition } = target.node;
  return {
    sql:
      `SELECT count(*) AS keys, any_value(example) AS example FROM (SELECT concat_ws(', ', ${keys
        .map((_, i) => `coalesce(key${i}::VARCHAR, 'NULL')`)
        .join(', ')}) AS example FROM (SELECT ${named} FROM ${relation} AS held)` +
      ` GROUP BY ${keys.map((_, i) => `key${i}`).join(', ')} HAVING count(*) > 1)`,
    counts: false,
    problem: (row) => {
      const keys = Number(row['keys']);
      if (keys === 0) return undefined;
      const example = `for example ${String(row['example'])}`;
      const many = keys === 1 ? 'one key comes' : `${keys} keys come`;
      return cause === 'query'
        ? diagnostic('duplicate-key', `${many} more than once out of ${name}, ${example}`, {
            location: definition.kindLocation,
            hint: 'Keep one row for each key, for example with QUALIFY row_number() OVER (PARTITION BY key ORDER BY … DESC) = 1. Nothing of this task was written.',
          })
        : diagnostic(
            'duplicate-key',
            `with its merge_filter, ${name} would hold ${many.replace(' comes', '').replace(' come', '')} twice, ${example}`,
            {
              location: definition.kindLocation,
              hint: 'A row whose key is there but that merge_filter keeps from matching is inserted beside it. Filter such rows in the query. Nothing of this task was written.',
            },
          );
    },
  };
}
