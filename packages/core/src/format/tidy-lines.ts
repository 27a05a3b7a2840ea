/**
 * sql-formatter gives every clause and every bracket lines of their own, which makes a page of ten lines' worth. Here short
 * brackets, short CASEs and short clauses go back to one line, joins stand below their FROM, and a blank line parts CTEs.
 * Works on lines of tokens; nothing but white space and the case of a few keywords changes.
 */
import { tokenize } from '../sql/tokens.ts';
import type { KeywordCase } from './lay-out-query.ts';

interface Item {
  readonly text: string;
  readonly kind: string;
  /** White space before it within its line. */
  readonly spaced: boolean;
}

interface Line {
  indent: number;
  items: Item[];
  /** A blank line above. */
  blank: boolean;
}

/** Groups and clauses are put on one line up to this column. */
const WIDTH = 100;

/** `given` is the author's text, `formatted` the same tokens as sql-formatter lays them out. */
export function tidyLines(given: string, formatted: string, keywords: KeywordCase): string {
  const lines = linesOf(formatted, adjacency(given), keywords);
  flattenGroups(lines);
  joinClauses(lines);
  return lines
    .map((line) => (line.blank ? '\n' : '') + ' '.repeat(line.indent) + flat(line.items))
    .join('\n');
}

/** For every significant token of a text whether white space stands before it. */
function adjacency(text: string): readonly boolean[] {
  const spaced: boolean[] = [];
  let space = false;
  for (const token of tokenize(text)) {
    if (token.kind === 'space' || token.kind === 'comment') {
      space = true;
      continue;
    }
    spaced.push(space);
    space = false;
  }
  return spaced;
}

/** Words before a bracket that are no function's name: a space follows them. */
const BEFORE_BRACKET = new Set(
  `in as and or not on using over filter exists values when then else case from where select having qualify by with
  distinct union all except intersect join materialized lateral between like ilike is any some within end interval limit
  offset pivot unpivot for group`.split(/\s+/),
);

/** Words before a bracket that are written like keywords. */
const UPPER_BEFORE_BRACKET = new Set(['filter', 'over', 'exists', 'cast', 'try_cast', 'in']);
const UPPER = new Set(['exclude', 'materialized', 'lateral']);

function linesOf(formatted: string, spaced: readonly boolean[], keywords: KeywordCase): Line[] {
  const lines: Line[] = [{ indent: 0, items: [], blank: false }];
  const tokens = tokenize(formatted);
  let seen = 0;
  let gap = false;
  for (const [i, token] of tokens.entries()) {
    const text = formatted.slice(token.start, token.end);
    const line = lines.at(-1);
    if (line === undefined) break;
    if (token.kind === 'space') {
      const feed = text.lastIndexOf('\n');
      gap = true;
      if (feed >= 0) lines.push({ indent: text.length - feed - 1, items: [], blank: false });
      continue;
    }
    const before = line.items.at(-1);
    let isSpaced = gap;
    if (text === '(' && before !== undefined && (before.kind === 'word' || before.kind === 'quoted')) {
      isSpaced = BEFORE_BRACKET.has(before.text.toLowerCase()) || spaced[seen] === true;
    }
    const next = tokens[i + 1]?.kind === 'space' ? tokens[i + 2] : tokens[i + 1];
    const isUpper =
      keywords === 'upper' &&
      token.kind === 'word' &&
      before?.text !== '.' &&
      (UPPER.has(text.toLowerCase()) ||
        (UPPER_BEFORE_BRACKET.has(text.toLowerCase()) && formatted[next?.start ?? -1] === '('));
    line.items.push({ text: isUpper ? text.toUpperCase() : text, kind: token.kind, spaced: isSpaced });
    if (token.kind !== 'comment') seen++;
    gap = false;
  }
  return lines.filter((line) => line.items.length > 0);
}

function flat(items: readonly Item[]): string {
  return items.map((item, i) => (i > 0 && item.spaced ? ' ' : '') + item.text).join('');
}

function wordAt(line: Line | undefined, at: number): string {
  const item = line?.items.at(at);
  return item?.kind === 'word' || item?.kind === 'punctuation' ? item.text.toLowerCase() : '';
}

function hasComment(lines: readonly Line[]): boolean {
  return lines.some((line) => line.items.some((item) => item.kind === 'comment'));
}

/** Several lines as one, the later ones closing up to the first. */
function merged(lines: readonly Line[]): Item[] {
  const items: Item[] = [];
  for (const line of lines) {
    for (const [i, item] of line.items.entries()) {
      const before = items.at(-1)?.text;
      const tight = before === '(' || before === '[' || item.text === ')' || item.text === ']';
      items.push(i === 0 ? { ...item, spaced: !tight } : item);
    }
  }
  return items;
}

const OPENS = new Set(['(', '[', '{', 'case']);

/** Puts brackets and CASEs with one WHEN on one line where they fit, the outer ones first. */
function flattenGroups(lines: Line[]): void {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const opener = wordAt(line, -1);
    if (line === undefined || !OPENS.has(opener)) continue;
    const end = lines.findIndex((other, at) => at > i && other.indent <= line.indent);
    if (end < 0) continue;
    const group = lines.slice(i, end + 1);
    const inside = group.slice(1, -1);
    const isCte =
      /^(?:as|materialized)$/.test(wordAt(line, -2)) &&
      /^(?:select|from|with|values)$/.test(wordAt(inside[0], 0));
    const whens = inside.filter((other) => wordAt(other, 0) === 'when').length;
    if (isCte || hasComment(group.slice(0, -1)) || (opener === 'case' && whens !== 1)) continue;
    const items = merged(group);
    if (line.indent + flat(items).length > WIDTH) continue;
    lines.splice(i, group.length, { ...line, items });
    // What closed here may have been the head of another group.
    i--;
  }
}

/** Clauses that are one line when they fit. */
const SHORT = new Set(['group by', 'order by', 'partition by', 'limit', 'offset', 'using', 'values']);
/** Clauses that begin on the line of their keyword. */
const HEADS = new Set(['from', 'where', 'having', 'qualify', 'with', 'with recursive']);
const SELECTS = /^select(?: distinct| all)?$/;
const JOIN = /^(?:left|right|inner|full|cross|join|asof|positional|natural|semi|anti|lateral|outer)$/;

function joinClauses(lines: Line[]): void {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) continue;
    if (wordAt(line, 0) === 'by' && wordAt(line, 1) === 'name' && i > 0) {
      const before = lines[i - 1];
      if (before !== undefined && !hasComment([before])) {
        lines.splice(i - 1, 2, { ...before, items: merged([before, line]) });
        i -= 2;
      }
      continue;
    }
    const keyword = flat(line.items).toLowerCase();
    const isHead = HEADS.has(keyword);
    if (!isHead && !SHORT.has(keyword) && !SELECTS.test(keyword)) continue;
    const after = lines.findIndex((other, at) => at > i && other.indent <= line.indent);
    const body = lines.slice(i + 1, after < 0 ? lines.length : after);
    const [first] = body;
    if (first === undefined || first.items[0]?.kind === 'comment') continue;
    if (isHead) joinHead(lines, i, body, keyword);
    else if (!hasComment(body.slice(0, -1)) && !endsInComment(first, body)) {
      const items = merged([line, ...body]);
      const fits = line.indent + flat(items).length <= WIDTH;
      if (fits && (body.length === 1 || SHORT.has(keyword)))
        lines.splice(i, body.length + 1, { ...line, items });
    }
  }
}

/** A comment on the last line may stay behind a clause of one line, not amid one. */
function endsInComment(first: Line, body: readonly Line[]): boolean {
  return body.length > 1 && hasComment([first, ...body.slice(-1)]);
}

function joinHead(lines: Line[], at: number, body: readonly Line[], keyword: string): void {
  const [line, first] = [lines[at], body[0]];
  if (line === undefined || first === undefined) return;
  const level = first.indent;
  const isWith = keyword.startsWith('with');
  // Of FROM, what belongs to a relation moves left with it; conditions and further relations stay below.
  let moves = isWith || keyword === 'from';
  let isNext = false;
  for (const [i, other] of body.entries()) {
    if (i > 0 && other.indent === level) {
      if (keyword === 'from') moves = JOIN.test(wordAt(other, 0)) || wordAt(other, 0) === ')';
      if (isWith && isNext) other.blank = true;
      isNext = false;
    }
    const last = other.items.findLast((item) => item.kind !== 'comment');
    if (other.indent === level && last?.text === ',') isNext = true;
    if (moves) other.indent -= level - line.indent;
  }
  if (isWith) parted(lines, at, body);
  lines.splice(at, 2, { ...line, items: merged([line, first]) });
}

/** A blank line between the last CTE and the query, above the comments on the query. */
function parted(lines: readonly Line[], at: number, body: readonly Line[]): void {
  const isComment = (other: Line): boolean => other.items.every((item) => item.kind === 'comment');
  const own = body.findLastIndex((other) => !isComment(other)) + 1;
  const next = lines[at + 1 + own];
  if (next !== undefined) next.blank = true;
}
