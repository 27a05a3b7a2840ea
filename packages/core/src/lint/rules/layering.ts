import { findReferences, nodeKey } from '../../compile/index.ts';
import type { Rule } from '../rule.ts';
import { finder } from '../find-node.ts';

/** Models read their own schema and those the project names for it: a mart does not reach past staging into raw data. */
export const layering: Rule = {
  name: 'layering',
  check({ model, query }, { nodes }, { reads }) {
    const own = model.definition.schema;
    const allowed = Object.entries(reads ?? {}).find(([schema]) => nodeKey(schema) === nodeKey(own))?.[1];
    if (query === undefined || allowed === undefined) return [];
    const keys = new Set([own, ...allowed].map(nodeKey));
    const find = finder(nodes);
    return findReferences(query.statement, query.sql).tables.flatMap((table) => {
      const read = find(table.schema, table.table);
      const schema = read?.name.slice(0, read.name.indexOf('.')) ?? '';
      if (read === undefined || table.catalog !== '' || keys.has(nodeKey(schema))) return [];
      return [
        {
          message: `a model of '${own}' may not read '${schema}'`,
          location: query.range(table.start, table.end),
          hint:
            allowed.length === 0
              ? `Models of ${own} read nothing but ${own}.`
              : `Read ${read.name} through a model of ${allowed.join(' or ')}.`,
        },
      ];
    });
  },
};
