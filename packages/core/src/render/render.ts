/** Expands the macros of a piece of SQL and keeps the way back to what the author wrote. */
import type { Outcome, SourceText } from '../diagnostic/index.ts';
import type { ModelDefinition, SqlFragment } from '../model/index.ts';
import { EMPTY_SCOPE, Expander } from './expand.ts';
import { join } from './pieces.ts';
import type { RenderContext, Rendered } from './rendered.ts';
import { SourceMap } from './source-map.ts';

const NO_MACROS: ReadonlySet<string> = new Set();

/**
 * Renders a fragment of a file. With errors the value is still there, with the wrong macros left as they are.
 *
 * @param definitions `@DEF` statements of the file; a definition may use others, in any order, but not itself.
 */
export function render(
  fragment: SqlFragment,
  source: SourceText,
  context: RenderContext,
  definitions: ModelDefinition['definitions'] = [],
): Outcome<Rendered> {
  const { text, offset } = fragment;
  const end = offset + text.length;
  if (!text.includes('@')) {
    const map = new SourceMap([{ start: 0, kind: 'copied', source, from: offset, to: end }], text.length);
    return { value: { sql: text, map, timeMacros: NO_MACROS, awaited: [] }, diagnostics: [] };
  }
  const expander = new Expander(source, context, definitions);
  const pieces = expander.expand({ text, origin: offset, site: { from: offset, to: end } }, EMPTY_SCOPE);
  return {
    value: { ...join(pieces, source), timeMacros: expander.timeMacros, awaited: expander.awaited },
    diagnostics: expander.diagnostics,
  };
}
