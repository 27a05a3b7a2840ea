import type { Column } from './compiled.ts';

/** DuckDB's complaint about one text. Positions are UTF-16 offsets into that text, if DuckDB gave one. */
export interface BindError {
  /** DuckDB's class: `parser`, `binder`, `catalog`, `conversion`, … */
  readonly type: string;
  readonly subtype: string | undefined;
  readonly message: string;
  readonly position: number | undefined;
  readonly candidates: readonly string[];
  /** The name that was not found, when DuckDB says it. */
  readonly name: string | undefined;
}

/** A parsed text: DuckDB's serialised AST, one entry per statement. */
export type ParseResult =
  | {
      readonly ok: true;
      readonly statements: readonly unknown[];
      /** A PIVOT in it has no list of values: its columns are known when it runs. */
      readonly isOpen: boolean;
    }
  | { readonly ok: false; readonly error: BindError };

/** A bound text: the unoptimised logical plan as JSON text (see compile/plan-node.ts), and output columns. */
export type BindResult =
  | { readonly ok: true; readonly plan: string }
  | { readonly ok: false; readonly error: BindError };

/** A table that cannot be: a type that DuckDB does not know, or that no table can hold. */
export interface DeclareFailure {
  readonly schema: string;
  readonly name: string;
  readonly message: string;
  /** Columns that no table can have; none when only all of them together cannot be. */
  readonly columns: readonly { readonly name: string; readonly message: string }[];
}

/**
 * DuckDB as a compiler's front end: an in-memory instance that holds empty shadow tables. It is the only thing of the
 * compiler that touches DuckDB, and it never sees a row.
 */
export interface Binder {
  parse(texts: readonly string[]): Promise<readonly ParseResult[]>;
  /** Creates empty tables under their model names, so that later texts can refer to them; answers those it cannot. */
  declare(
    tables: readonly {
      readonly schema: string;
      readonly name: string;
      readonly columns: readonly Column[];
    }[],
  ): Promise<readonly DeclareFailure[]>;
  /** Takes such tables away again. */
  drop(tables: readonly { readonly schema: string; readonly name: string }[]): Promise<void>;
  /**
   * Makes SQL macros known, instead of those before. They are created where there is no table, so that none can read one.
   * Answers what is wrong with each.
   */
  define(statements: readonly string[]): Promise<readonly (BindError | undefined)[]>;
  bind(texts: readonly string[]): Promise<readonly BindResult[]>;
  /** Binds without an answer but what is wrong: undefined for a text that is right, or that has no plan. */
  check(texts: readonly string[]): Promise<readonly (BindError | undefined)[]>;
  /** How many calls are worked on at the same time. */
  readonly lanes: number;
  /** Output names as written, two of the same told apart by nothing; empty when they cannot be had. */
  names(text: string): Promise<readonly string[]>;
  /** Output names as DuckDB gives them, also of expressions without an alias. */
  describe(text: string): Promise<readonly Column[] | BindError>;
  close(): void;
}
