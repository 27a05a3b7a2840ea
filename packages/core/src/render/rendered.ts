import type { ProjectMacro, VariableValue } from '../project/project.ts';
import type { Sql } from '../sql/quote.ts';
import type { SourceMap } from './source-map.ts';

/** SQL with all macros expanded, and the way back to the author's text. */
export interface Rendered {
  readonly sql: string;
  readonly map: SourceMap;
  /** Macros (lower case, without `@`) whose value depends on the clock or the interval. */
  readonly timeMacros: ReadonlySet<string>;
  /** Relations whose columns a macro needs and did not get: render again when they are known. */
  readonly awaited: readonly RelationName[];
}

/** A relation as a macro names it; the schema is empty when none is written. */
export interface RelationName {
  readonly schema: string;
  readonly table: string;
}

/** The columns of a relation with their types, or `later` when its model is not bound yet. */
export type RelationColumns = 'later' | readonly { readonly name: string; readonly type: string }[];

/** Columns of models and sources; undefined when there is no such relation. */
export type ColumnLookup = (relation: RelationName) => RelationColumns | undefined;

/** What macros know while a text is rendered. */
export interface RenderContext {
  /** The interval: `@start_*` is its first instant, `@end_*` its last (one microsecond before `end`). Epoch ms UTC, half-open. */
  readonly interval: { readonly start: number; readonly end: number };
  /** `@execution_*`, epoch ms UTC. */
  readonly executionTime: number;
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** SQL for `@this_model`. */
  readonly thisModel: Sql | undefined;
  /** `@model_kind_name`; undefined where there is no model. */
  readonly modelKind: string | undefined;
  /** Further names: parameters of an audit, `@DEF` values; each stands for a piece of SQL. Keys are lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The blueprint's values, SQL by name in lower case. */
  readonly blueprint: ReadonlyMap<string, string>;
  /** Columns for `@STAR` and `@UNION`; undefined where they cannot be had. */
  readonly columns: ColumnLookup | undefined;
  /** Names of models and sources, to suggest one for a name that is none. */
  readonly relations?: () => readonly string[];
  /** Macros of the project's own, by name in lower case. */
  readonly macros: ReadonlyMap<string, ProjectMacro>;
  /** `@gateway`: the name of the connection, empty when the project names none. */
  readonly gateway: string;
  readonly environment: string;
  readonly stage: 'loading' | 'creating' | 'evaluating' | 'promoting' | 'auditing' | 'testing';
}
