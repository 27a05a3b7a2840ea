/**
 * Descriptions out of comments, as SQLMesh takes them: the comment before `MODEL` describes the model, comments in the
 * query's select list describe its columns. On tokens: a comment on the line of a column belongs to that column, also after
 * its comma; one on a line of its own belongs to the column that follows.
 */
import { identifierName, tokenize, type Token } from '../sql/tokens.ts';
import type { SqlFragment } from './model-kind.ts';

/** The text of the comments before the first statement; undefined when there is none. */
export function leadingComment(text: string): string | undefined {
  // Most files begin with MODEL; they need not be read to the end for this.
  if (!/^\s*(?:--|\/\*)/.test(text)) return undefined;
  const found: string[] = [];
  for (const token of tokenize(text)) {
    if (token.kind === 'comment') found.push(commentText(text.slice(token.start, token.end)));
    else if (token.kind !== 'space') break;
  }
  return found.length === 0 ? undefined : found.join('\n');
}

/** Descriptions by column name, from the outermost select list; columns whose name the text does not show are left out. */
export function inlineDescriptions(query: SqlFragment): Readonly<Record<string, string>> {
  const { text } = query;
  if (!/--|\/\*/.test(text)) return {};
  const descriptions: Record<string, string> = {};
  for (const item of selectItems(text)) {
    const name = columnName(text, item.tokens);
    if (name !== undefined && item.comments.length > 0 && !Object.hasOwn(descriptions, name))
      descriptions[name] = item.comments.join('\n');
  }
  return descriptions;
}

interface Item {
  readonly tokens: Token[];
  readonly comments: string[];
}

const ENDS = new Set(
  'from where group having window qualify order limit offset union intersect except into using'.split(' '),
);

function selectItems(text: string): readonly Item[] {
  const items: Item[] = [];
  let current: Item | undefined;
  let previous: Item | undefined;
  let depth = 0;
  let afterBreak = false;
  for (const token of tokenize(text)) {
    const written = text.slice(token.start, token.end);
    if (token.kind === 'space') {
      afterBreak ||= written.includes('\n');
      continue;
    }
    if (current === undefined) {
      if (token.kind === 'punctuation') depth += bracket(written);
      if (depth === 0 && token.kind === 'word' && written.toLowerCase() === 'select') {
        current = { tokens: [], comments: [] };
        items.push(current);
      }
      afterBreak = false;
      continue;
    }
    if (token.kind === 'comment') {
      if (!written.startsWith('/*+')) {
        // After a comma on the same line it still belongs to the column before.
        const isBefore = !afterBreak && current.tokens.length === 0 && previous !== undefined;
        (isBefore ? previous : current)?.comments.push(commentText(written));
      }
      // What follows a line comment is on another line.
      afterBreak = false;
      continue;
    }
    afterBreak = false;
    const word = written.toLowerCase();
    if (token.kind === 'punctuation') depth += bracket(word);
    if (depth < 0 || (depth === 0 && token.kind === 'word' && ENDS.has(word))) break;
    if (depth === 0 && word === ',' && token.kind === 'punctuation') {
      previous = current;
      current = { tokens: [], comments: [] };
      items.push(current);
    } else current.tokens.push(token);
  }
  return items;
}

function bracket(text: string): number {
  return text === '(' || text === '[' || text === '{'
    ? 1
    : text === ')' || text === ']' || text === '}'
      ? -1
      : 0;
}

/** `a`, `t.a`, `a::INT`, `... AS a`, `... a`, `a: ...`. */
function columnName(text: string, tokens: readonly Token[]): string | undefined {
  const last = tokens.at(-1);
  const at = (i: number): string => {
    const token = tokens[i];
    return token === undefined ? '' : text.slice(token.start, token.end);
  };
  if (last === undefined) return undefined;
  const cast = tokens.findIndex((t, i) => t.kind === 'operator' && at(i) === '::');
  const isAliased = tokens.length > 1 && /^as$/i.test(at(tokens.length - 2));
  if (!isAliased && cast > 0) return columnName(text, tokens.slice(0, cast));
  const isName = last.kind === 'word' || last.kind === 'quoted';
  if (!isName || (tokens.length === 1 && /^(null|true|false)$/i.test(at(0)))) return undefined;
  const isPath = tokens.every((_, i) => (i % 2 === 1) === (at(i) === '.'));
  const before = tokens.at(-2);
  const isBare =
    before !== undefined &&
    (before.kind === 'word' ||
      before.kind === 'number' ||
      before.kind === 'string' ||
      /^[)\]]$/.test(at(tokens.length - 2)));
  if (!isAliased && !isPath && (!isBare || /^end$/i.test(at(tokens.length - 1)))) return undefined;
  return identifierName(at(tokens.length - 1));
}

/** A comment without its marks. */
function commentText(written: string): string {
  if (written.startsWith('--')) return written.slice(2).trim();
  return written
    .replace(/^\/\*+|\*+\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*\s?/, '').trim())
    .join('\n')
    .trim();
}
