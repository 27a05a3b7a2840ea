import { allSelects, eachExpression, isColumn, isJson, textOf, textsOf, type Json } from '../ast.ts';
import { typeOf } from '../types.ts';
import type { Finding, Rule } from '../rule.ts';
import { finder } from '../find-node.ts';

/** BETWEEN and <= include their end: of a TIMESTAMP that ends at midnight, the last day is all but lost. */
export const halfOpenRanges: Rule = {
  name: 'half-open-ranges',
  check({ query }, { nodes }) {
    if (query === undefined) return [];
    const find = finder(nodes);
    const findings: Finding[] = [];
    for (const select of allSelects(query.root)) {
      eachExpression(select.node, (expression) => {
        const range = rangeOf(expression);
        if (range === undefined) return;
        const { input, end } = range;
        if (typeOf(input, select, find)?.startsWith('TIMESTAMP') !== true || !isMidnight(end)) return;
        const what = isColumn(input) ? `'${textsOf(input, 'column_names').join('.')}'` : 'this value';
        findings.push({
          message: `${what} is a TIMESTAMP and the range ends at the first instant of its last day`,
          location: query.locate(end),
          hint: 'Write … >= start AND … < the day after; or end with @end_ts, the last instant of the interval.',
        });
      });
    }
    return findings;
  },
};

function rangeOf(expression: Json): { readonly input: Json; readonly end: Json } | undefined {
  const [input, end] =
    textOf(expression, 'type') === 'COMPARE_BETWEEN'
      ? [expression['input'], expression['upper']]
      : textOf(expression, 'type') === 'COMPARE_LESSTHANOREQUALTO'
        ? [expression['left'], expression['right']]
        : [];
  return isJson(input) && isJson(end) ? { input, end } : undefined;
}

const MIDNIGHT = /^\s*\d{4}-\d{1,2}-\d{1,2}(?:[ T]00:00(?::00(?:\.0+)?)?(?:Z|\+00(?::?00)?)?)?\s*$/;

/** A literal of a day, or of its first instant, also under a cast. */
function isMidnight(expression: Json): boolean {
  if (textOf(expression, 'type') === 'OPERATOR_CAST') {
    return isJson(expression['child']) && isMidnight(expression['child']);
  }
  if (textOf(expression, 'class') !== 'CONSTANT' || !isJson(expression['value'])) return false;
  return MIDNIGHT.test(textOf(expression['value'], 'value'));
}
