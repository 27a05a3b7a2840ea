import {
  allSelects,
  eachExpression,
  isColumn,
  joinsOf,
  listOf,
  relationName,
  relationsOf,
  textOf,
  textsOf,
  type Select,
} from '../ast.ts';
import { columnsOf, type FindNode } from '../types.ts';
import type { Finding, Rule } from '../rule.ts';
import { finder } from '../find-node.ts';

/** In a query over several tables, a bare column leaves readers to guess, and breaks when another table gets one like it. */
export const noAmbiguousColumns: Rule = {
  name: 'no-ambiguous-columns',
  check({ query }, { nodes }) {
    if (query === undefined) return [];
    const find = finder(nodes);
    const findings: Finding[] = [];
    for (const select of allSelects(query.root)) {
      const relations = relationsOf(select.node);
      const isNatural = joinsOf(select.node).some((join) => textOf(join, 'ref_type') === 'NATURAL');
      if (relations.length < 2 || isNatural) continue;
      const known = namesOfTheirOwn(select);
      eachExpression(select.node, (expression, lambda) => {
        const [column, more] = textsOf(expression, 'column_names');
        if (!isColumn(expression) || column === undefined || more !== undefined) return;
        const key = column.toLowerCase();
        if (known.has(key) || lambda.has(key)) return;
        known.add(key);
        const tables = tablesWith(key, select, find);
        findings.push({
          message: `'${column}' does not say which of the ${relations.length} tables it is of`,
          location: query.locate(expression),
          hint: tables.length === 1 ? `Write ${tables[0] ?? ''}.${column}.` : 'Write table.column.',
        });
      });
    }
    return findings;
  },
};

/** Names that need no table: joined by USING, given in the select list, made by a table function, or of a relation. */
function namesOfTheirOwn({ node }: Select): Set<string> {
  const relations = relationsOf(node);
  return new Set(
    [
      ...joinsOf(node).flatMap((join) => textsOf(join, 'using_columns')),
      ...listOf(node, 'select_list').map((item) => textOf(item, 'alias')),
      ...relations.map(relationName),
      ...relations.flatMap((relation) =>
        textOf(relation, 'type') === 'TABLE_FUNCTION' ? textsOf(relation, 'column_name_alias') : [],
      ),
    ].map((name) => name.toLowerCase()),
  );
}

function tablesWith(key: string, select: Select, find: FindNode): readonly string[] {
  return relationsOf(select.node).flatMap((relation) => {
    const columns = columnsOf(relation, select.ctes, find) ?? [];
    return columns.some((column) => column.name.toLowerCase() === key) ? [relationName(relation)] : [];
  });
}
