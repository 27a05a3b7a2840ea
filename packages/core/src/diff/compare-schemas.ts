import type { Column } from '../compile/compiled.ts';
import type { SchemaDiff } from './relation-diff.ts';

/** A column of both relations. */
export interface CommonColumn {
  readonly before: Column;
  readonly after: Column;
}

/** What became of the columns; names are the same whatever their case, as in DuckDB. */
export function compareSchemas(
  before: readonly Column[],
  after: readonly Column[],
): { readonly schema: SchemaDiff; readonly common: readonly CommonColumn[] } {
  const old = new Map(before.map((c) => [c.name.toLowerCase(), c]));
  const common = after.flatMap((c) => {
    const was = old.get(c.name.toLowerCase());
    return was === undefined ? [] : [{ before: was, after: c }];
  });
  const kept = new Set(common.map((c) => c.after.name.toLowerCase()));
  return {
    common,
    schema: {
      added: after.filter((c) => !kept.has(c.name.toLowerCase())),
      removed: before.filter((c) => !kept.has(c.name.toLowerCase())),
      retyped: common
        .filter((c) => c.before.type !== c.after.type)
        .map((c) => ({ name: c.after.name, from: c.before.type, to: c.after.type })),
    },
  };
}
