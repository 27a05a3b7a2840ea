/**
 * What a macro of the project's own may know besides its arguments. Neither the clock nor the environment is among it:
 * what a macro makes is part of a version, and a version is the same in all of them.
 */
import type { MacroContext, ProjectMacro, VariableValue } from '../project/project.ts';
import type { MacroCall } from './macro-call.ts';
import { nameParts } from './relation-name.ts';

/** Why a macro could not go on: it asked for columns that are not known yet, or for a relation that is not there. */
type Stop = 'awaiting' | 'failed';

/** Leaves the author's function; what it says counts only when the function lets it through. */
class Stopped extends Error {}

/** A context for one call, and whether the call was stopped by what it asked for. */
export function macroContext(
  call: MacroCall,
  macro: ProjectMacro,
): { readonly context: MacroContext; readonly stopped: () => Stop | undefined } {
  let stop: Stop | undefined;
  const { variables, blueprint, gateway } = call.facts;
  const context: MacroContext = Object.freeze({
    gateway,
    variable: (name: string, fallback?: VariableValue) => {
      const key = name.toLowerCase();
      const own = Object.keys(variables).find((known) => known.toLowerCase() === key);
      return blueprint.get(key) ?? (own === undefined ? undefined : variables[own]) ?? fallback;
    },
    columns: (relation: string) => {
      const parts = nameParts(relation);
      const [table = '', schema = ''] = parts?.toReversed() ?? [];
      if (parts === undefined)
        call.fail(`@${macro.name} asks for the columns of '${relation}'`, 'That is not the name of a model.');
      const found = parts === undefined ? undefined : call.columns({ schema, table }, call.whole);
      if (found === undefined || found === 'later') {
        stop = found === undefined ? 'failed' : (stop ?? 'awaiting');
        throw new Stopped(`the columns of ${relation} are not known`);
      }
      return found.map(({ name, type }) => ({ name, type }));
    },
  });
  return { context, stopped: () => stop };
}
