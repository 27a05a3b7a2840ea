import { VOLATILE_FUNCTIONS } from '../../compile/index.ts';
import { allSelects, eachExpression, textOf } from '../ast.ts';
import type { Finding, Rule } from '../rule.ts';

/** random(), uuid(), nextval(), unseeded samples: another result every time, so that nothing can be built again as it was. */
export const noVolatileFunctions: Rule = {
  name: 'no-volatile-functions',
  check({ model, query }) {
    const findings: Finding[] = [];
    const named = new Set<string>();
    const hint = 'A hash of the key columns gives the same value every time.';
    for (const select of query === undefined ? [] : allSelects(query.root)) {
      eachExpression(select.node, (expression) => {
        const called = textOf(expression, 'function_name').toLowerCase();
        if (query === undefined || !VOLATILE_FUNCTIONS.has(called)) return;
        named.add(called);
        findings.push({
          message: `${called}() gives another value every time the model is built`,
          location: query.locate(expression),
          hint,
        });
      });
    }
    // What the bound plan shows and the text does not: a sample without a seed, a function with another name.
    for (const flag of model.meaning.flags) {
      const what = /^volatile:(.*)$/.exec(flag)?.[1];
      if (what === undefined || named.has(what) || named.size > 0) continue;
      const message =
        what === 'sample'
          ? 'a sample without a seed holds other rows every time the model is built'
          : `${what}() gives another value every time the model is built`;
      const location = model.definition.nameLocation;
      findings.push(
        what === 'sample' ? { message, location, hint: 'Add REPEATABLE (seed).' } : { message, location },
      );
    }
    return findings;
  },
};
