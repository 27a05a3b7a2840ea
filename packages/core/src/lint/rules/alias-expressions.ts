import { significantTokens } from '../../sql/tokens.ts';
import { isColumn, isStar, listOf, outputSelects, textOf, type Json } from '../ast.ts';
import type { LintedQuery } from '../query.ts';
import type { Finding, Fix, Rule } from '../rule.ts';
import { name as quoted } from '../name.ts';

/** A computed column gets its name from DuckDB's way of writing the expression, which readers then have to spell. */
export const aliasExpressions: Rule = {
  name: 'alias-expressions',
  check({ model, query }) {
    if (query === undefined) return [];
    // The first branch of a set operation names the columns.
    const [select] = outputSelects(query.root);
    if (select === undefined) return [];
    const items = listOf(select.node, 'select_list');
    const firstStar = items.findIndex(isStar);
    return items.flatMap((item, i): readonly Finding[] => {
      if (isColumn(item) || isStar(item) || textOf(item, 'alias') !== '') return [];
      const called = firstStar < 0 || i < firstStar ? model.columns[i]?.name : undefined;
      const fix = called === undefined ? undefined : aliasFix(item, called, query);
      return [
        {
          message:
            called === undefined
              ? 'this expression has no name'
              : `this expression has no name but '${called}'`,
          location: query.locate(item),
          hint: 'Give it one: … AS name.',
          ...(fix === undefined ? {} : { fix }),
        },
      ];
    });
  },
};

const CLAUSES = new Set(
  'from where group having qualify window order limit offset union intersect except sample using'.split(' '),
);

/** The name that DuckDB gives it anyway, at the end of the item; where it ends is seen by the comma or clause after it. */
function aliasFix(item: Json, called: string, query: LintedQuery): Fix | undefined {
  const { source, query: own } = query.definition;
  const offset = query.offset(item);
  const start = offset === undefined ? undefined : query.authored(offset);
  if (start === undefined || own === undefined) return undefined;
  let depth = 0;
  let end = own.offset;
  const tokens = significantTokens(source.text, own.offset, own.offset + own.text.length);
  // What stands in the call of a macro may become several items, each with a name of its own.
  let call: number | undefined;
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    const isCall = token.kind === 'macro' && next !== undefined && source.text[next.start] === '(';
    if (isCall && token.start <= start) call ??= depth;
    if (token.start === start && call !== undefined) return undefined;
    const text = source.text.slice(token.start, token.end).toLowerCase();
    const before = tokens[i - 1];
    const isDistinctFrom =
      text === 'from' &&
      before !== undefined &&
      source.text.slice(before.start, before.end).toLowerCase() === 'distinct';
    const ends = text === ',' || (token.kind === 'word' && CLAUSES.has(text) && !isDistinctFrom);
    if (depth === 0 && ends && token.start > start) break;
    if (token.kind === 'punctuation' && '([{'.includes(text)) depth++;
    if (token.kind === 'punctuation' && ')]}'.includes(text)) {
      depth--;
      if (depth === call) call = undefined;
    }
    end = token.end;
  }
  return { start: end, end, text: ` AS ${quoted(called)}` };
}
