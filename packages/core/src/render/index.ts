/** Macros expanded, on tokens and before the parser, with a map from generated SQL back to the author's file. */
export { headerMacros } from './header-macros.ts';
export { MACRO_NAMES } from './expand.ts';
export { mayAwaitColumns } from './functions.ts';
export { render } from './render.ts';
export type { ColumnLookup, RelationColumns, RelationName, RenderContext, Rendered } from './rendered.ts';
export { SourceMap, type MapSegment } from './source-map.ts';
