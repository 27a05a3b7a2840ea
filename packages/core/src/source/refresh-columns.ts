/** What `sources.yaml` says of others' tables, against what the warehouse has: pure, so that checking and writing agree. */
import type { ColumnsEdit } from '../project/edit-recorded-columns.ts';

interface ColumnType {
  readonly name: string;
  readonly type: string;
}

/** A table to look at. */
export interface RefreshTarget {
  /** Its name in the project. */
  readonly schema: string;
  readonly table: string;
  /** What is recorded; undefined when it is new. */
  readonly recorded: readonly ColumnType[] | undefined;
  /** What the warehouse has; undefined when the table is not there. */
  readonly found: readonly ColumnType[] | undefined;
  /** Something in the project still speaks of it. */
  readonly isWanted: boolean;
}

/** How a table stands after looking: `missing` ones are wanted and not in the warehouse. */
export interface RefreshedTable {
  readonly name: string;
  readonly status: 'unchanged' | 'added' | 'changed' | 'removed' | 'missing';
  readonly columns: {
    readonly added: readonly ColumnType[];
    readonly removed: readonly ColumnType[];
    readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  };
  /** The same columns as before in another order, which `SELECT *` shows. */
  readonly reordered: boolean;
}

/** What differs, and what is to be written; a table that is wanted and not there keeps what is recorded. */
export function refreshColumns(targets: readonly RefreshTarget[]): {
  readonly tables: readonly RefreshedTable[];
  readonly edits: readonly ColumnsEdit[];
} {
  const tables = targets.map(refreshed);
  const edits = targets.flatMap(({ schema, table, found }, i) => {
    const status = tables[i]?.status;
    return status === 'unchanged' || status === 'missing' ? [] : [{ schema, table, columns: found }];
  });
  return { tables, edits };
}

function refreshed({ schema, table, recorded, found, isWanted }: RefreshTarget): RefreshedTable {
  const before = new Map((recorded ?? []).map((c) => [c.name, c.type]));
  const after = new Map((found ?? []).map((c) => [c.name, c.type]));
  const gone = found === undefined && isWanted;
  const columns = {
    added: gone ? [] : [...after].flatMap(([name, type]) => (before.has(name) ? [] : [{ name, type }])),
    removed: gone ? [] : [...before].flatMap(([name, type]) => (after.has(name) ? [] : [{ name, type }])),
    retyped: [...after].flatMap(([name, type]) => {
      const from = before.get(name);
      return from === undefined || from === type ? [] : [{ name, from, to: type }];
    }),
  };
  const kept = [...before.keys()].filter((name) => after.has(name));
  const reordered = kept.join('\0') !== [...after.keys()].filter((name) => before.has(name)).join('\0');
  const differs = reordered || columns.added.length + columns.removed.length + columns.retyped.length > 0;
  const status = gone
    ? 'missing'
    : found === undefined
      ? 'removed'
      : recorded === undefined
        ? 'added'
        : differs
          ? 'changed'
          : 'unchanged';
  return { name: `${schema}.${table}`, status, columns, reordered };
}
