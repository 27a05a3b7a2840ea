import { ident } from './quote.ts';
import { identifierName, tokenize } from './tokens.ts';

/**
 * An expression over columns, with every column named as the alias's: `lower(name)` is `lower(target."name")`. Names that
 * stand behind a dot or before a bracket or a dot are left alone.
 */
export function qualify(expression: string, columns: readonly string[], alias: string): string {
  const known = new Map(columns.map((c) => [c.toLowerCase(), c]));
  const tokens = tokenize(expression);
  const near = (at: number, step: 1 | -1): string => {
    for (let i = at + step; ; i += step) {
      const token = tokens[i];
      if (token === undefined) return '';
      if (token.kind !== 'space' && token.kind !== 'comment') return expression.slice(token.start, token.end);
    }
  };
  return tokens
    .map((token, i) => {
      const text = expression.slice(token.start, token.end);
      if (token.kind !== 'word' && token.kind !== 'quoted') return text;
      const column = known.get(identifierName(text).toLowerCase());
      const next = near(i, 1);
      if (column === undefined || near(i, -1) === '.' || next === '(' || next === '.') return text;
      return `${alias}.${ident(column)}`;
    })
    .join('');
}
