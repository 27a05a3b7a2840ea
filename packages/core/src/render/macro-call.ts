/** What a macro function sees: its arguments, and the expander that called it. */
import type { Fragment, Lambda } from './fragment.ts';
import type { Piece, Site } from './pieces.ts';
import type { RelationColumns, RelationName, RenderContext } from './rendered.ts';

/** What names mean inside a lambda, and which macros are being expanded (none may contain itself). */
export interface Scope {
  readonly locals: ReadonlyMap<string, readonly Piece[]>;
  readonly active: ReadonlySet<string>;
}

/** The expander as functions use it. */
export interface MacroExpander {
  expand(fragment: Fragment, scope: Scope): readonly Piece[];
  apply(lambda: Lambda, values: readonly (readonly Piece[])[], scope: Scope): readonly Piece[];
  items(fragments: readonly Fragment[], scope: Scope): readonly (readonly Piece[])[];
}

/** A call under expansion. */
export interface MacroCall {
  readonly expander: MacroExpander;
  /** Upper case, without `@`. */
  readonly name: string;
  readonly args: readonly Fragment[];
  readonly scope: Scope;
  /** The whole call. */
  readonly site: Site;
  /** The same, as the text it is. */
  readonly whole: Fragment;
  /** What the text is rendered with. */
  readonly facts: Pick<RenderContext, 'variables' | 'blueprint' | 'gateway' | 'thisModel'>;
  /** Reports a wrong call, or a wrong argument of it. */
  fail(message: string, hint?: string, arg?: Fragment): undefined;
  /** The SQL of a project variable. */
  variable(name: string): string | undefined;
  unknownVariable(name: string, arg: Fragment): undefined;
  /** The SQL of a variable of the model's blueprint. */
  blueprint(name: string): string | undefined;
  /** Columns of a relation; reports when there is none of that name. */
  columns(relation: RelationName, arg: Fragment): RelationColumns | undefined;
}

/** `1 argument`, `2 arguments`. */
export function counted(count: number): string {
  return `${count} argument${count === 1 ? '' : 's'}`;
}
