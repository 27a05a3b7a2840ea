/** What macro functions read off their arguments: counts, constants, conditions, texts, named values. */
import { identifierName, stringValue, tokenize } from '../sql/tokens.ts';
import { evaluate, type Constant } from './evaluate.ts';
import { isBlank, isSignificant, part, tokenText, type Fragment } from './fragment.ts';
import { counted, type MacroCall } from './macro-call.ts';
import { made, textOf, type Piece, type Site } from './pieces.ts';

/** Checks how many arguments there are; reports when they are too many or too few. */
export function arity(call: MacroCall, least: number, most: number): boolean {
  const count = call.args.length;
  if (count >= least && count <= most) return true;
  const wanted =
    least === most
      ? counted(least)
      : most === Infinity
        ? `at least ${counted(least)}`
        : `${least} to ${counted(most)}`;
  call.fail(`@${call.name} takes ${wanted}, found ${count}`);
  return false;
}

/** The value of a constant expression; reports what cannot be evaluated. */
export function constantOf(
  call: MacroCall,
  arg: Fragment,
  pieces: readonly Piece[],
): { readonly value: Constant } | undefined {
  const result = evaluate(textOf(pieces));
  if (result.ok) return { value: result.value };
  return call.fail(`@${call.name} cannot evaluate '${textOf(pieces)}': ${result.problem}`, undefined, arg);
}

/** A condition's truth; unknown counts as false. */
export function conditionOf(call: MacroCall, arg: Fragment, pieces: readonly Piece[]): boolean | undefined {
  const constant = constantOf(call, arg, pieces);
  if (constant === undefined) return undefined;
  const { value } = constant;
  if (typeof value === 'boolean' || value === null) return value === true;
  if (typeof value === 'object') return value.unscaled !== 0n;
  return call.fail(`The condition of @${call.name} is a text, not true or false`, undefined, arg);
}

/** Lists joined by a separator; blank ones are left out. */
export function separated(
  lists: readonly (readonly Piece[])[],
  separator: string,
  site: Site,
): readonly Piece[] {
  return lists
    .filter((list) => !isBlank(list))
    .flatMap((list, i) => (i === 0 ? list : [made(separator, site), ...list]));
}

/** The text of SQL that is one string literal. */
export function stringOf(sql: string): string | undefined {
  const text = sql.trim();
  const [token, ...more] = tokenize(text);
  return token?.kind === 'string' && token.closed && more.length === 0 ? stringValue(text) : undefined;
}

/** Arguments by the names of parameters: first those by position, then `name := value`. */
export type NamedArguments = ReadonlyMap<string, Fragment>;

/**
 * Binds a call's arguments to parameters, of which the first so many must be there. Reports what is too much, unknown, given
 * twice or missing.
 */
export function namedArguments(
  call: MacroCall,
  parameters: readonly string[],
  required: number,
): NamedArguments | undefined {
  const found = new Map<string, Fragment>();
  let named = false;
  for (const [i, arg] of call.args.entries()) {
    const assigned = assignment(arg);
    const name = assigned === undefined ? parameters[found.size] : assigned.name.toLowerCase();
    if (assigned === undefined && named) {
      return call.fail(`An argument without a name stands after one with a name`, undefined, arg);
    }
    // A name for the argument that stands there anyway takes nothing from the next.
    named ||= assigned !== undefined && name !== parameters[i];
    if (name === undefined || !parameters.includes(name)) {
      return call.fail(
        assigned === undefined
          ? `@${call.name} takes at most ${counted(parameters.length)}, found ${call.args.length}`
          : `@${call.name} has no argument '${assigned.name}'`,
        `Its arguments are ${parameters.join(', ')}.`,
        arg,
      );
    }
    if (found.has(name))
      return call.fail(`The argument '${name}' of @${call.name} is given twice`, undefined, arg);
    found.set(name, assigned?.value ?? arg);
  }
  const missing = parameters.slice(0, required).find((name) => !found.has(name));
  if (missing === undefined) return found;
  return call.fail(
    `@${call.name} needs the argument '${missing}'`,
    `Its arguments are ${parameters.join(', ')}.`,
  );
}

/** `name := value`, also `name => value`. */
export function assignment(arg: Fragment): { readonly name: string; readonly value: Fragment } | undefined {
  const [name, arrow] = tokenize(arg.text).filter(isSignificant);
  const sign = tokenText(arg.text, arrow);
  if (name?.kind !== 'word' || arrow === undefined || (sign !== ':=' && sign !== '=>')) return undefined;
  return {
    name: identifierName(tokenText(arg.text, name)),
    value: part(arg, arrow.end, arg.text.length),
  };
}

/** An argument's SQL with its macros expanded; undefined when it is not given. */
export function sqlOf(call: MacroCall, arg: Fragment | undefined): string | undefined {
  return arg === undefined ? undefined : textOf(call.expander.expand(arg, call.scope)).trim();
}

/** An argument that is a text, or a bare word for one; the fallback when it is not given. */
export function textArgument(call: MacroCall, arg: Fragment | undefined, fallback: string): string {
  const sql = sqlOf(call, arg);
  return sql === undefined ? fallback : (stringOf(sql) ?? sql);
}

/** An argument that is true or false; undefined when it is neither, which has been reported then. */
export function flagArgument(
  call: MacroCall,
  arg: Fragment | undefined,
  fallback: boolean,
): boolean | undefined {
  return arg === undefined ? fallback : conditionOf(call, arg, call.expander.expand(arg, call.scope));
}
