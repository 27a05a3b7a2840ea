import type { Block } from './block.ts';

/** What is known of a relation that a query reads. */
export type LeafMeaning =
  /** A table by its identity: a source, or a model whose rows are not a plain query of its inputs. */
  | {
      readonly kind: 'table';
      readonly rows: string;
      readonly sequence: string;
      /** Hash by column name. */
      readonly columns: ReadonlyMap<string, string>;
    }
  /** A model by what it computes; `names` of its columns by position. */
  | { readonly kind: 'block'; readonly block: Block; readonly names: readonly string[] };

/** Looks up a table of the plan; undefined when nothing is known of it. */
export type Leaf = (schema: string, table: string) => LeafMeaning | undefined;
