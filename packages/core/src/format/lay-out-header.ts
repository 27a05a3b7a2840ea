/**
 * The layout of `MODEL (...)` and `AUDIT (...)`: one property a line, lists broken when a line would be too long, comments
 * where they were. Only white space changes; the order of properties is the author's.
 */
import { tokenize, type Token } from '../sql/tokens.ts';

/** Lines of headers are broken beyond this many columns. */
const WIDTH = 100;
const INDENT = '  ';

/** Properties whose lists read better with one item a line, however short. */
const ONE_A_LINE = new Set(['audits', 'column_descriptions']);

interface Word {
  readonly kind: 'token';
  readonly text: string;
  /** Whether white space stood before it. */
  readonly spaced: boolean;
}

interface Group {
  readonly kind: 'group';
  readonly open: string;
  readonly close: string;
  readonly spaced: boolean;
  readonly items: readonly Item[];
  /** Comments on lines of their own before the closing bracket. */
  readonly tail: readonly string[];
}

type Part = Word | Group;

/** What stands between two commas. */
interface Item {
  /** Comments on lines of their own above it. */
  readonly above: readonly string[];
  readonly parts: readonly Part[];
  /** Comments behind it on the same line; all but the first get lines of their own. */
  readonly behind: readonly string[];
  readonly comma: boolean;
}

/** Lays out a header from its keyword to its closing bracket; undefined when its brackets do not match. */
export function layOutHeader(text: string): string | undefined {
  const reader = new Reader(text, tokenize(text));
  const keyword = reader.take();
  if (keyword === undefined) return undefined;
  const comments = reader.skipTrivia();
  const list = reader.group(false, comments);
  if (list === undefined || !reader.done) return undefined;
  const head = keyword.toUpperCase();
  if (list.items.length === 0 && list.tail.length === 0) return `${head} ()`;
  return `${head} ${broken(list, '', true)}`;
}

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  take(): string | undefined {
    const token = this.#tokens[this.#at++];
    return token === undefined ? undefined : this.#text.slice(token.start, token.end);
  }

  /** Skips white space; answers the comments in it. */
  skipTrivia(): readonly string[] {
    const comments: string[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (token.kind === 'comment') comments.push(this.#text.slice(token.start, token.end));
      else if (token.kind !== 'space') break;
      this.#at++;
    }
    return comments;
  }

  /** Reads from an opening bracket to the one that closes it. Comments `before` it move inside. */
  group(spaced: boolean, before: readonly string[] = []): Group | undefined {
    const open = this.take() ?? '';
    const close = CLOSES[open];
    if (close === undefined) return undefined;
    const items: { above: string[]; parts: Part[]; behind: string[]; comma: boolean }[] = [];
    let above = [...before];
    let current: { above: string[]; parts: Part[]; behind: string[]; comma: boolean } | undefined;
    let wasSpace = false;
    let newLine = true;
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || !token.closed) return undefined;
      const text = this.#text.slice(token.start, token.end);
      if (token.kind === 'space') {
        wasSpace = true;
        newLine ||= /[\n\r]/.test(text);
        this.#at++;
        continue;
      }
      if (token.kind === 'comment') {
        this.#at++;
        wasSpace = true;
        const last = items.at(-1);
        if (current !== undefined) current.behind.push(text);
        else if (!newLine && last !== undefined) last.behind.push(text);
        else above.push(text);
        continue;
      }
      if (text === close) {
        this.#at++;
        return { kind: 'group', open, close, spaced, items, tail: above };
      }
      if (token.kind === 'punctuation' && text === ',') {
        this.#at++;
        if (current === undefined) items.push({ above, parts: [], behind: [], comma: true });
        else current.comma = true;
        above = [];
        current = undefined;
        [wasSpace, newLine] = [false, false];
        continue;
      }
      if (token.kind === 'punctuation' && (text === ')' || text === ']' || text === '}')) return undefined;
      if (current === undefined) {
        current = { above, parts: [], behind: [], comma: false };
        items.push(current);
        above = [];
      }
      // A comment in the midst of an item moves above it.
      current.above.push(...current.behind.splice(0));
      if (token.kind === 'punctuation' && CLOSES[text] !== undefined) {
        const inner = this.group(wasSpace);
        if (inner === undefined) return undefined;
        current.parts.push(inner);
      } else {
        this.#at++;
        current.parts.push({ kind: 'token', text, spaced: wasSpace });
      }
      [wasSpace, newLine] = [false, false];
    }
  }
}

function broken(group: Group, indent: string, isHeader: boolean): string {
  const inner = indent + INDENT;
  const lines = [group.open];
  for (const item of group.items) {
    for (const comment of item.above) lines.push(inner + comment);
    const [first, ...more] = item.behind;
    const comment = first === undefined ? '' : ` ${first}`;
    lines.push(`${inner}${printItem(item, inner, isHeader)}${item.comma ? ',' : ''}${comment}`);
    for (const other of more) lines.push(inner + other);
  }
  for (const comment of group.tail) lines.push(inner + comment);
  return `${lines.join('\n')}\n${indent}${group.close}`;
}

function printItem(item: Item, indent: string, isProperty: boolean): string {
  const flat = flatParts(item.parts, isProperty);
  const name = item.parts[0]?.kind === 'token' ? item.parts[0].text.toLowerCase() : '';
  const list = item.parts.length === 2 ? item.parts[1] : undefined;
  const oneALine = isProperty && ONE_A_LINE.has(name) && list?.kind === 'group' && list.items.length > 1;
  const fits = indent.length + flat.length + 1 <= WIDTH || !item.parts.some((p) => p.kind === 'group');
  if (fits && !oneALine && !item.parts.some(holdsComment)) return flat;
  const last = item.parts.findLastIndex((part) => part.kind === 'group' && part.items.length > 0);
  let text = '';
  for (const [i, part] of item.parts.entries()) {
    const isBroken = part.kind === 'group' && (i === last || holdsComment(part));
    text += gap(item.parts, i, isProperty) + (isBroken ? broken(part, indent, false) : flatPart(part));
  }
  return text;
}

function holdsComment(part: Part): boolean {
  if (part.kind === 'token') return false;
  if (part.tail.length > 0) return true;
  return part.items.some(
    (item) => item.above.length > 0 || item.behind.length > 0 || item.parts.some(holdsComment),
  );
}

function flatParts(parts: readonly Part[], isProperty: boolean): string {
  return parts.map((part, i) => gap(parts, i, isProperty) + flatPart(part)).join('');
}

function flatPart(part: Part): string {
  if (part.kind === 'token') return part.text;
  const items = part.items.map((item) => flatParts(item.parts, false) + (item.comma ? ',' : ''));
  return part.open + items.join(' ') + part.close;
}

const ASSIGNS = new Set([':=', '=', '=>']);

/** The white space before a part: the author's, but for signs of assignment and after the names of properties. */
function gap(parts: readonly Part[], at: number, isProperty: boolean): string {
  const [before, part] = [parts[at - 1], parts[at]];
  if (before === undefined || part === undefined) return '';
  if (isProperty && at === 1) return ' ';
  const isKind = parts[0]?.kind === 'token' && parts[0].text.toLowerCase() === 'kind';
  if (isProperty && isKind && at === 2 && part.kind === 'group') return ' ';
  if (isAssign(before) || isAssign(part)) return ' ';
  return part.spaced ? ' ' : '';
}

function isAssign(part: Part): boolean {
  return part.kind === 'token' && ASSIGNS.has(part.text);
}
