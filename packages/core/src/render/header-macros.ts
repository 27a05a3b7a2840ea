/** Expands macros in headers. A header is the same in every environment and at any time, so it knows neither. */
import { diagnostic, hasErrors } from '../diagnostic/index.ts';
import type { HeaderMacros } from '../model/index.ts';
import type { ProjectMacro } from '../project/index.ts';
import { significantTokens } from '../sql/tokens.ts';
import { render } from './render.ts';
import { TIME_MACROS } from './time-macros.ts';

/** Macros that say something else from run to run, or in another environment. */
const UNKNOWN_HERE: ReadonlySet<string> = new Set([
  ...TIME_MACROS,
  'this_env',
  'this_model',
  'runtime_stage',
  'model_kind_name',
]);

/** @param macros of the project's own, by name in lower case */
export function headerMacros(macros: ReadonlyMap<string, ProjectMacro>): HeaderMacros {
  return (call, source, { values, gateway }) => {
    const misplaced = significantTokens(call.text).find((token) =>
      UNKNOWN_HERE.has(
        call.text
          .slice(token.start, token.end)
          .replace(/^@\{?|\}$/g, '')
          .toLowerCase(),
      ),
    );
    if (misplaced !== undefined) {
      const name = call.text.slice(misplaced.start, misplaced.end);
      const location = source.locate(call.offset + misplaced.start, call.offset + misplaced.end);
      const hint = 'A header is the same in every environment and for every interval.';
      return {
        value: undefined,
        diagnostics: [diagnostic('invalid-macro', `${name} means nothing in a header`, { location, hint })],
      };
    }
    const { value, diagnostics } = render(call, source, {
      interval: { start: 0, end: 0 },
      executionTime: 0,
      variables: {},
      thisModel: undefined,
      modelKind: undefined,
      parameters: new Map(),
      blueprint: values,
      columns: undefined,
      macros,
      gateway,
      environment: '',
      stage: 'loading',
    });
    return { value: hasErrors(diagnostics) ? undefined : value.sql, diagnostics };
  };
}
