import type { VariableValue } from '../project/project.ts';
import type { Sql } from '../sql/quote.ts';
import type { SourceMap } from './source-map.ts';

/** SQL with all macros expanded, and the way back to the author's text. */
export interface Rendered {
  readonly sql: string;
  readonly map: SourceMap;
  /** Macros (lower case, without `@`) whose value depends on the clock or the interval. */
  readonly timeMacros: ReadonlySet<string>;
}

/** What macros know while a text is rendered. */
export interface RenderContext {
  /** The interval: `@start_*` is its first instant, `@end_*` its last (one microsecond before `end`). Epoch ms UTC, half-open. */
  readonly interval: { readonly start: number; readonly end: number };
  /** `@execution_*`, epoch ms UTC. */
  readonly executionTime: number;
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** SQL for `@this_model`. */
  readonly thisModel: Sql | undefined;
  /** Further names: parameters of an audit, `@DEF` values; each stands for a piece of SQL. Keys are lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly environment: string;
  readonly stage: 'loading' | 'creating' | 'evaluating' | 'auditing' | 'testing';
}
