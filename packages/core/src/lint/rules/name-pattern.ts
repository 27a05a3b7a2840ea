import { nodeKey } from '../../compile/index.ts';
import type { Rule } from '../rule.ts';

/** Names of models follow the pattern of their schema, or that of `*`. */
export const namePattern: Rule = {
  name: 'name-pattern',
  check({ model }, _around, { patterns }) {
    const { schema, table, nameLocation } = model.definition;
    const own = Object.entries(patterns ?? {}).find(([key]) => nodeKey(key) === nodeKey(schema))?.[1];
    const pattern = own ?? patterns?.['*'];
    if (pattern === undefined || new RegExp(pattern, 'u').test(table)) return [];
    const whose = own === undefined ? 'models' : `models of '${schema}'`;
    return [
      { message: `'${table}' is not a name for ${whose}, which match ${pattern}`, location: nameLocation },
    ];
  },
};
