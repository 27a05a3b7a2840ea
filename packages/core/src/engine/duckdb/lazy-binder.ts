import type { Binder } from '../../compile/binder.ts';
import { createDuckDbBinder, LANES } from './duckdb-binder.ts';

export interface LazyBinder extends Binder {
  /**
   * For whoever knows that there will be something to bind: returns when DuckDB's library is there, and leaves its
   * opening to a thread, so that the project can be read meanwhile.
   */
  begin(): Promise<void>;
}

/** Milliseconds in which a command that is done has ended. */
const SOON = 100;

/** A binder that opens DuckDB when it is first asked something: a project without a change needs none. */
export function lazyDuckDbBinder(): LazyBinder {
  let opened: Promise<Binder> | undefined;
  let hasMacros = false;
  const binder = (): Promise<Binder> => (opened ??= createDuckDbBinder());
  return {
    begin: async () => {
      // What is wrong is told to the first who asks something.
      binder().catch(() => undefined);
      await import('@duckdb/node-api').catch(() => undefined);
    },
    lanes: LANES,
    parse: async (texts) => (texts.length === 0 ? [] : (await binder()).parse(texts)),
    declare: async (tables) => (tables.length === 0 ? [] : (await binder()).declare(tables)),
    drop: async (tables) => (tables.length === 0 ? undefined : (await binder()).drop(tables)),
    define: async (statements) => {
      if (statements.length === 0 && !hasMacros) return [];
      hasMacros = true;
      return (await binder()).define(statements);
    },
    bind: async (texts) => (texts.length === 0 ? [] : (await binder()).bind(texts)),
    check: async (texts) => (texts.length === 0 ? [] : (await binder()).check(texts)),
    names: async (text) => (await binder()).names(text),
    describe: async (text) => (await binder()).describe(text),
    // Nobody waits for it, and a process that ends now need not do it at all.
    close: () =>
      void opened?.then(
        (b) => void setTimeout(() => b.close(), SOON).unref(),
        () => undefined,
      ),
  };
}
