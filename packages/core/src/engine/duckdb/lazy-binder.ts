import type { Binder } from '../../compile/binder.ts';
import { createDuckDbBinder, LANES } from './duckdb-binder.ts';

/** A binder that opens DuckDB when it is first asked something: a project without a change needs none. */
export function lazyDuckDbBinder(): Binder {
  let opened: Promise<Binder> | undefined;
  const binder = (): Promise<Binder> => (opened ??= createDuckDbBinder());
  return {
    lanes: LANES,
    parse: async (texts) => (texts.length === 0 ? [] : (await binder()).parse(texts)),
    declare: async (tables) => (tables.length === 0 ? [] : (await binder()).declare(tables)),
    drop: async (tables) => (tables.length === 0 ? undefined : (await binder()).drop(tables)),
    define: async (statements) =>
      statements.length === 0 && opened === undefined ? [] : (await binder()).define(statements),
    bind: async (texts) => (texts.length === 0 ? [] : (await binder()).bind(texts)),
    check: async (texts) => (texts.length === 0 ? [] : (await binder()).check(texts)),
    names: async (text) => (await binder()).names(text),
    describe: async (text) => (await binder()).describe(text),
    close: () => void opened?.then((b) => b.close()),
  };
}
