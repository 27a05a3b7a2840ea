/**
 * Expands macros on tokens, before any parser sees the text. Strings, comments and DuckDB's own `@` stay as they are.
 * What is copied from the author's text keeps its place, arguments of macros included; what a macro makes is at the
 * place of the outermost call.
 */
import {
  didYouMean,
  diagnostic,
  type Diagnostic,
  type DiagnosticCode,
  type SourceText,
} from '../diagnostic/index.ts';
import { ident, literal, variableSql } from '../sql/quote.ts';
import { identifierName, tokenize, type Token } from '../sql/tokens.ts';
import {
  asName,
  PLAIN_NAME,
  bracketed,
  closing,
  copyOf,
  isBlank,
  isNamePart,
  isSignificant,
  nameText,
  nextSignificant,
  operand,
  parseLambda,
  part,
  siteAt,
  splitAtCommas,
  tokenText,
  type Fragment,
  type Lambda,
} from './fragment.ts';
import { arity, conditionOf } from './arguments.ts';
import { clauseEnd, CLAUSES, joinWordsStart } from './clauses.ts';
import { FUNCTIONS } from './functions.ts';
import { counted, type MacroCall, type MacroExpander, type Scope } from './macro-call.ts';
import { expandOwnMacro } from './own-macro.ts';
import { made, textOf, trimmed, type Piece } from './pieces.ts';
import type { RelationColumns, RelationName, RenderContext } from './rendered.ts';
import { TIME_MACROS, timeMacro } from './time-macros.ts';

export const EMPTY_SCOPE: Scope = { locals: new Map(), active: new Set() };

/** Macros within macros, and macros in one text: far beyond what people write, far below what a process bears. */
const DEEPEST = 100;
const MOST_EXPANSIONS = 100_000;

const OTHER_MACROS = ['this_model', 'this_env', 'runtime_stage', 'gateway', 'model_kind_name'] as const;

/** Where they mean nothing, that is said of them. */
const MEANT_ELSEWHERE: ReadonlySet<string> = new Set(['this_model', 'model_kind_name']);

/** Names of Sluice's own macros, lower case. */
export const MACRO_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(FUNCTIONS),
  ...Object.keys(CLAUSES),
  ...TIME_MACROS,
  ...OTHER_MACROS,
  'def',
]);

/** A macro replaced: by what, and which token comes after it. */
interface Replacement {
  readonly pieces: readonly Piece[];
  readonly next: number;
  /** A whole clause was kept or dropped: commas around it are not its own, and text before it from here on goes too. */
  readonly clause?: { readonly dropFrom: number | undefined };
}

export class Expander implements MacroExpander {
  readonly diagnostics: Diagnostic[] = [];
  readonly timeMacros = new Set<string>();
  readonly awaited: RelationName[] = [];
  readonly #source: SourceText;
  readonly #context: RenderContext;
  /** Project variables and `@DEF` values, lower case. */
  readonly #variables: ReadonlyMap<string, string>;
  readonly #definitions: ReadonlyMap<string, string>;
  #depth = 0;
  #expansions = 0;
  #gaveUp = false;

  constructor(
    source: SourceText,
    context: RenderContext,
    definitions: readonly { readonly name: string; readonly value: { readonly text: string } }[],
  ) {
    this.#source = source;
    this.#context = context;
    this.#variables = new Map(
      Object.entries(context.variables).map(([name, value]) => [name.toLowerCase(), variableSql(value)]),
    );
    this.#definitions = new Map(definitions.map((d) => [d.name.toLowerCase(), d.value.text]));
  }

  /** The text with its macros expanded. */
  expand(fragment: Fragment, scope: Scope): readonly Piece[] {
    const { text } = fragment;
    if (scope.locals.size === 0 && !text.includes('@')) return [copyOf(fragment, 0, text.length)];
    if (this.#depth >= DEEPEST || this.#expansions >= MOST_EXPANSIONS) {
      this.#giveUp(fragment);
      return [copyOf(fragment, 0, text.length)];
    }
    this.#depth++;
    this.#expansions++;
    const pieces = this.#expandTokens(fragment, scope);
    this.#depth--;
    return pieces;
  }

  /** Said once; by then the output is of no use. */
  #giveUp(fragment: Fragment): void {
    if (this.#gaveUp) return;
    this.#gaveUp = true;
    this.report('invalid-macro', fragment, 0, fragment.text.length, 'These macros expand to too much');
  }

  #expandTokens(fragment: Fragment, scope: Scope): readonly Piece[] {
    const { text } = fragment;
    const tokens = tokenize(text);
    const out: Piece[] = [];
    let done = 0;
    for (let i = 0; i < tokens.length; i++) {
      const replacement = this.#replace(fragment, tokens, i, scope);
      const start = tokens[i]?.start;
      if (replacement === undefined || start === undefined) continue;
      const end = tokens[replacement.next - 1]?.end ?? text.length;
      const { clause } = replacement;
      if (clause?.dropFrom !== undefined && clause.dropFrom >= done) {
        if (done < clause.dropFrom) out.push(copyOf(fragment, done, clause.dropFrom));
        done = end;
        i = replacement.next - 1;
        continue;
      }
      const comma =
        clause === undefined && isBlank(replacement.pieces)
          ? commaToDrop(text, tokens, i, replacement.next, done)
          : undefined;
      if (comma === undefined || comma.start > start) {
        if (done < start) out.push(copyOf(fragment, done, start));
      } else {
        out.push(copyOf(fragment, done, comma.start));
        if (comma.end < start) out.push(copyOf(fragment, comma.end, start));
      }
      for (const piece of replacement.pieces) append(out, piece);
      done = end;
      i = replacement.next - 1;
      if (comma !== undefined && comma.start > start) done = comma.end;
    }
    if (done < text.length) out.push(copyOf(fragment, done, text.length));
    return out;
  }

  /** Adds a complaint about a range of a fragment. */
  report(
    code: DiagnosticCode,
    fragment: Fragment,
    start: number,
    end: number,
    message: string,
    hint?: string,
  ): void {
    const { origin, site } = fragment;
    const location =
      origin === undefined
        ? this.#source.locate(site.from, site.to)
        : this.#source.locate(origin + start, origin + end);
    this.diagnostics.push(diagnostic(code, message, { location, hint }));
  }

  /** A lambda's body with its parameters replaced. */
  apply(lambda: Lambda, values: readonly (readonly Piece[])[], scope: Scope): readonly Piece[] {
    const locals = new Map(scope.locals);
    for (const [i, name] of lambda.parameters.entries()) locals.set(name, values[i] ?? []);
    return this.expand(lambda.body, { ...scope, locals });
  }

  /**
   * The items of lists: of `[a, b]` or `(a, b)` those inside, of several arguments the arguments, and of a macro what it
   * gives.
   */
  items(fragments: readonly Fragment[], scope: Scope): readonly (readonly Piece[])[] {
    const [only] = fragments;
    if (fragments.length !== 1 || only === undefined) return fragments.map((f) => this.expand(f, scope));
    const list = bracketed(only.text);
    if (list !== undefined) {
      const parts = splitAtCommas(only.text, list.start, list.end);
      return parts
        .map(({ start, end }) => this.expand(part(only, start, end), scope))
        .filter((p) => !isBlank(p));
    }
    const pieces = this.expand(only, scope);
    const text = textOf(pieces);
    const inner = bracketed(text) ?? { start: 0, end: text.length };
    const parts = splitAtCommas(text, inner.start, inner.end);
    if (parts.length === 1 && inner.start === 0) return isBlank(pieces) ? [] : [pieces];
    return parts.map(({ start, end }) => trimmed(pieces, text, start, end)).filter((p) => !isBlank(p));
  }

  #replace(fragment: Fragment, tokens: readonly Token[], at: number, scope: Scope): Replacement | undefined {
    const token = tokens[at];
    if (token === undefined) return undefined;
    const text = tokenText(fragment.text, token);
    const nameEnd = this.#nameEnd(fragment, tokens, at);
    switch (token.kind) {
      case 'word':
        return nameEnd > at + 1
          ? this.#replaceName(fragment, tokens, at, nameEnd, scope)
          : this.#replaceWord(fragment, tokens, at, text.toLowerCase(), scope);
      case 'quoted':
        return text.includes('@{') ? this.#replaceQuoted(fragment, at, token, text, scope) : undefined;
      case 'braced-macro':
        return this.#replaceName(fragment, tokens, at, nameEnd, scope);
      case 'macro':
        return nameEnd > at + 1
          ? this.#replaceName(fragment, tokens, at, nameEnd, scope)
          : this.#replaceMacro(fragment, tokens, at, text, scope);
      default:
        return undefined;
    }
  }

  /** A lambda's parameter, where it stands alone: not in `t.x`, `x.y` or `x(...)`. */
  #replaceWord(
    fragment: Fragment,
    tokens: readonly Token[],
    at: number,
    name: string,
    scope: Scope,
  ): Replacement | undefined {
    const value = scope.locals.get(name);
    if (value === undefined) return undefined;
    const before = tokenText(fragment.text, tokens[at - 1]);
    const after = tokenText(fragment.text, tokens[at + 1]);
    return before === '.' || after === '.' || after === '(' ? undefined : { pieces: value, next: at + 1 };
  }

  /** The end of a name that starts at a token and is put together of words and macros, without a space between them. */
  #nameEnd(fragment: Fragment, tokens: readonly Token[], at: number): number {
    let end = at;
    while (isNamePart(tokens[end]) && tokens[end]?.kind !== 'quoted') {
      const isCall = tokens[end]?.kind === 'macro' && tokenText(fragment.text, tokens[end + 1]) === '(';
      const name = tokenText(fragment.text, tokens[end]).slice(1).toLowerCase();
      if (
        isCall &&
        (Object.hasOwn(FUNCTIONS, name) || this.#definitions.has(name) || this.#context.macros.has(name))
      )
        break;
      end++;
    }
    return end;
  }

  /** `col_@x`, `@{schema}_raw`, `@{x}`: one name, quoted when its parts do not make a plain word. */
  #replaceName(
    fragment: Fragment,
    tokens: readonly Token[],
    from: number,
    to: number,
    scope: Scope,
  ): Replacement | undefined {
    let name = '';
    let quotable = false;
    let failed = false;
    let only: readonly Piece[] = [];
    const last = tokens[to - 1];
    const first = tokens[from];
    if (first === undefined || last === undefined) return undefined;
    for (const token of tokens.slice(from, to)) {
      const text = tokenText(fragment.text, token);
      if (token.kind === 'word') {
        name += text;
        continue;
      }
      if (!token.closed)
        this.report(
          'invalid-macro',
          fragment,
          token.start,
          token.end,
          `'${text}' is not closed`,
          'Write @{name}.',
        );
      const given = token.kind === 'macro' ? text.slice(1) : text.slice(2, -1).trim();
      const value = token.closed ? this.#value(given, fragment, token, scope) : undefined;
      if (value === undefined) failed = true;
      else {
        only = value;
        const sql = textOf(value);
        name += nameText(sql);
        quotable ||= nameText(sql) !== sql;
      }
    }
    if (failed) return { pieces: [copyOf(fragment, first.start, last.end)], next: to };
    const site = siteAt(fragment, { start: first.start, end: last.end });
    if (to === from + 1) return { pieces: asName(only, site), next: to };
    return { pieces: [made(quotable && !PLAIN_NAME.test(name) ? ident(name) : name, site)], next: to };
  }

  #replaceQuoted(fragment: Fragment, at: number, token: Token, text: string, scope: Scope): Replacement {
    const inner = identifierName(text);
    const replaced = inner.replaceAll(/@\{\s*([\p{L}_][\p{L}\d_]*)\s*\}/gu, (whole, name: string) => {
      const value = this.#value(name, fragment, token, scope);
      return value === undefined ? whole : nameText(textOf(value));
    });
    return { pieces: [made(ident(replaced), siteAt(fragment, token))], next: at + 1 };
  }

  #replaceMacro(
    fragment: Fragment,
    tokens: readonly Token[],
    at: number,
    text: string,
    scope: Scope,
  ): Replacement | undefined {
    const token = tokens[at];
    if (token === undefined) return undefined;
    const name = text.slice(1).toLowerCase();
    const open = nextSignificant(tokens, at + 1);
    const called = tokenText(fragment.text, tokens[open]) === '(';
    const adjacent = open === at + 1;
    const definition = called ? this.#definitions.get(name) : undefined;
    const lambda =
      definition === undefined
        ? undefined
        : parseLambda({ text: definition, origin: undefined, site: siteAt(fragment, token) });
    const own = this.#context.macros.get(name);
    const macro = Object.hasOwn(FUNCTIONS, name)
      ? FUNCTIONS[name]
      : own && ((call: MacroCall): readonly Piece[] | undefined => expandOwnMacro(call, own));
    if (called && lambda === undefined && !scope.locals.has(name) && Object.hasOwn(CLAUSES, name)) {
      return this.#replaceClause(fragment, tokens, at, open, name, scope);
    }
    if (called && !scope.locals.has(name) && (lambda !== undefined || macro !== undefined)) {
      const shown = lambda === undefined ? name.toUpperCase() : text.slice(1);
      const call = this.#readCall(fragment, tokens, at, open, shown, scope);
      if (call === undefined) return undefined;
      const pieces = lambda === undefined ? macro?.(call) : this.#callLambda(call, lambda);
      return pieces === undefined ? undefined : { pieces, next: call.next };
    }
    if (macro !== undefined && !this.#isValue(name, scope)) {
      this.report(
        'invalid-macro',
        fragment,
        token.start,
        token.end,
        `${text} needs arguments`,
        `Write ${text}(...).`,
      );
      return undefined;
    }
    if (called && adjacent && !this.#isValue(name, scope)) {
      this.#reportUnknown(fragment, token, name, scope);
      return undefined;
    }
    const value = this.#value(name, fragment, token, scope);
    if (value === undefined) return undefined;
    const asPartOfName = isInName(fragment.text, tokens, at);
    return { pieces: asPartOfName ? asName(value, siteAt(fragment, token)) : value, next: at + 1 };
  }

  /** `@WHERE(condition) ...`: the keyword, or nothing up to the end of the clause. */
  #replaceClause(
    fragment: Fragment,
    tokens: readonly Token[],
    at: number,
    open: number,
    name: string,
    scope: Scope,
  ): Replacement | undefined {
    const call = this.#readCall(fragment, tokens, at, open, name.toUpperCase(), scope);
    const [condition] = call?.args ?? [];
    if (call === undefined || !arity(call, 1, 1) || condition === undefined) return undefined;
    const holds = conditionOf(call, condition, this.expand(condition, scope));
    if (holds === undefined) return undefined;
    if (holds) {
      const keyword = CLAUSES[name]?.keyword ?? '';
      return { pieces: [made(keyword, call.site)], next: call.next, clause: { dropFrom: undefined } };
    }
    const dropFrom = name === 'join' ? joinWordsStart(fragment.text, tokens, at) : undefined;
    const next = clauseEnd(fragment.text, tokens, call.next, name);
    return { pieces: [], next, clause: { dropFrom } };
  }

  #readCall(
    fragment: Fragment,
    tokens: readonly Token[],
    at: number,
    open: number,
    name: string,
    scope: Scope,
  ): (MacroCall & { readonly next: number }) | undefined {
    const token = tokens[at];
    const openToken = tokens[open];
    if (token === undefined || openToken === undefined) return undefined;
    const close = closing(fragment.text, tokens, open);
    const last = close === undefined ? undefined : tokens[close];
    if (close === undefined || last === undefined) {
      this.report('invalid-macro', fragment, token.start, openToken.end, `The '(' of @${name} is not closed`);
      return undefined;
    }
    const site = siteAt(fragment, { start: token.start, end: last.end });
    const args = splitAtCommas(fragment.text, openToken.end, last.start).map(({ start, end }) =>
      part({ ...fragment, site }, start, end),
    );
    const whole: Fragment = {
      ...fragment,
      text: fragment.text.slice(token.start, last.end),
      origin: fragment.origin === undefined ? undefined : fragment.origin + token.start,
    };
    return {
      expander: this,
      whole,
      facts: this.#context,
      name,
      args,
      scope,
      site,
      next: close + 1,
      fail: (message, hint, arg) => {
        const where = arg ?? whole;
        this.report('invalid-macro', where, 0, where.text.length, message, hint);
        return undefined;
      },
      variable: (variable) => this.#variable(variable),
      blueprint: (variable) => this.#context.blueprint.get(variable.toLowerCase()),
      columns: (relation, arg) => this.#columns(relation, arg, name),
      unknownVariable: (variable, arg) => {
        this.report(
          'unknown-variable',
          arg,
          0,
          arg.text.length,
          `There is no variable '${variable}'`,
          didYouMean(variable, this.#variables.keys()) ??
            'Declare it under variables: in project.yaml, or give a default.',
        );
        return undefined;
      },
    };
  }

  #callLambda(call: MacroCall, lambda: Lambda): readonly Piece[] | undefined {
    const name = call.name.toLowerCase();
    if (call.scope.active.has(name)) return call.fail(`@${call.name} is defined by itself`);
    if (call.args.length !== lambda.parameters.length) {
      return call.fail(`@${call.name} takes ${counted(lambda.parameters.length)}, found ${call.args.length}`);
    }
    const values = call.args.map((arg) => operand(this.expand(arg, call.scope), call.site));
    const body = { ...lambda.body, site: call.site };
    return this.apply({ ...lambda, body }, values, {
      locals: new Map(),
      active: new Set([...call.scope.active, name]),
    });
  }

  #isValue(name: string, scope: Scope): boolean {
    return (
      scope.locals.has(name) ||
      this.#context.parameters.has(name) ||
      this.#definitions.has(name) ||
      this.#variable(name) !== undefined ||
      TIME_MACROS.includes(name) ||
      OTHER_MACROS.some((other) => other === name)
    );
  }

  /** What a name stands for; reports and gives undefined when it stands for nothing. */
  #value(given: string, fragment: Fragment, token: Token, scope: Scope): readonly Piece[] | undefined {
    const name = given.toLowerCase();
    const site = siteAt(fragment, token);
    const local = scope.locals.get(name);
    if (local !== undefined) return local;
    const defined = this.#context.parameters.get(name) ?? this.#definitions.get(name);
    if (defined !== undefined) {
      if (!defined.includes('@')) return [made(defined, site)];
      if (scope.active.has(name)) {
        this.report('invalid-macro', fragment, token.start, token.end, `@${given} is defined by itself`);
        return undefined;
      }
      const inner = { locals: new Map(), active: new Set([...scope.active, name]) };
      return this.expand({ text: defined, origin: undefined, site }, inner);
    }
    const time = timeMacro(name, this.#context);
    if (time !== undefined) {
      this.timeMacros.add(name);
      return [made(time, site)];
    }
    const value = this.#environment(name, given, fragment, token) ?? this.#variable(name);
    if (value !== undefined) return [made(value, site)];
    if (!MEANT_ELSEWHERE.has(name)) this.#reportUnknown(fragment, token, given, scope);
    return undefined;
  }

  #environment(name: string, given: string, fragment: Fragment, token: Token): string | undefined {
    switch (name) {
      case 'this_env':
        return literal(this.#context.environment);
      case 'gateway':
        return literal(this.#context.gateway);
      case 'runtime_stage':
        return literal(this.#context.stage);
      case 'model_kind_name':
        if (this.#context.modelKind !== undefined) return literal(this.#context.modelKind);
        this.report('invalid-macro', fragment, token.start, token.end, `@${given} means nothing here`);
        return undefined;
      case 'this_model':
        if (this.#context.thisModel !== undefined) return this.#context.thisModel.text;
        this.report('invalid-macro', fragment, token.start, token.end, `@${given} means nothing here`);
        return undefined;
      default:
        return undefined;
    }
  }

  #variable(name: string): string | undefined {
    return this.#context.blueprint.get(name.toLowerCase()) ?? this.#variables.get(name.toLowerCase());
  }

  #columns(relation: RelationName, arg: Fragment, macro: string): RelationColumns | undefined {
    const { columns } = this.#context;
    const found = columns?.(relation);
    if (found === 'later') this.awaited.push(relation);
    if (found !== undefined) return found;
    const name = [relation.schema, relation.table].filter((part) => part !== '').join('.');
    const [code, message, hint]: [DiagnosticCode, string, string] =
      columns === undefined
        ? [
            'invalid-macro',
            `@${macro} means nothing here`,
            'Only queries of models know the columns they read.',
          ]
        : [
            'unknown-table',
            `there is no model or source '${name}'`,
            didYouMean(name, this.#context.relations?.() ?? []) ??
              'Models are under models/, sources are declared in project.yaml.',
          ];
    this.report(code, arg, 0, arg.text.length, message, hint);
    return undefined;
  }

  #reportUnknown(fragment: Fragment, token: Token, name: string, scope: Scope): void {
    const known = [
      ...scope.locals.keys(),
      ...this.#context.parameters.keys(),
      ...this.#definitions.keys(),
      ...this.#variables.keys(),
      ...this.#context.blueprint.keys(),
      ...TIME_MACROS,
      ...OTHER_MACROS,
      ...Object.keys(FUNCTIONS).map((f) => f.toUpperCase()),
      ...Object.keys(CLAUSES).map((f) => f.toUpperCase()),
      ...[...this.#context.macros.values()].map((m) => m.name),
    ].map((n) => `@${n}`);
    this.report(
      'unknown-macro',
      fragment,
      token.start,
      token.end,
      `There is no macro @${name}`,
      didYouMean(`@${name}`, known) ??
        'Declare a variable of that name in project.yaml, or write @DEF(name, value); before the query.',
    );
  }
}

/** True for `schema.@x` and `@x.name`, where a text stands for a name. */
function isInName(text: string, tokens: readonly Token[], at: number): boolean {
  if (tokenText(text, tokens[at - 1]) === '.' && isNamePart(tokens[at - 2])) return true;
  return tokenText(text, tokens[at + 1]) === '.' && isNamePart(tokens[at + 2]);
}

/** When a macro gives nothing, a list must not be left with a comma too many. */
function commaToDrop(
  text: string,
  tokens: readonly Token[],
  at: number,
  next: number,
  done: number,
): Token | undefined {
  let i = at - 1;
  while (i >= 0 && tokens[i] !== undefined && !isSignificant(tokens[i])) i--;
  const before = tokens[i];
  const after = tokens[nextSignificant(tokens, next)];
  const afterText = tokenText(text, after);
  const endsItem =
    after === undefined || after.kind === 'word' || after.kind === 'macro' || /^[,)\]};]$/.test(afterText);
  const beforeText = before === undefined || before.start < done ? undefined : tokenText(text, before);
  if (beforeText === ',') return endsItem ? before : undefined;
  return afterText === ',' ? after : undefined;
}

/** Adds a piece so that it does not run into the text before it: `-` and `-1` would begin a comment. */
function append(out: Piece[], piece: Piece): void {
  const before = out.at(-1)?.text.at(-1);
  const first = piece.text[0];
  const collides = (before === '-' && first === '-') || (before === '/' && first === '*');
  out.push(collides ? made(` ${piece.text}`, piece) : piece);
}
