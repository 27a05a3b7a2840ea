import {
  isStar,
  listOf,
  outputSelects,
  queryNode,
  relationsOf,
  textOf,
  textsOf,
  type Json,
  type Select,
} from '../ast.ts';
import { cteOf, type FindNode } from '../types.ts';
import { name as quoted } from '../name.ts';
import type { Finding, Fix, Rule } from '../rule.ts';
import type { LintedQuery } from '../query.ts';
import { finder } from '../find-node.ts';

/**
 * A star that hands on the columns of another model: they change when that one does, unseen. A star over a CTE that lists
 * its columns is fine, for they stand in the same file.
 */
export const noSelectStar: Rule = {
  name: 'no-select-star',
  check({ query }, { nodes }) {
    if (query === undefined) return [];
    const find = finder(nodes);
    const findings: Finding[] = [];
    const seen = new Set<Json>();
    const look = (select: Select): void => {
      for (const star of listOf(select.node, 'select_list').filter(isStar)) {
        if (seen.has(star)) continue;
        seen.add(star);
        const relations = relationsOf(select.node).filter((r) => isMeant(star, r));
        const tables = relations.filter(
          (r) => textOf(r, 'type') === 'BASE_TABLE' && cteOf(r, select.ctes) === undefined,
        );
        for (const relation of relations) {
          const inner = cteOf(relation, select.ctes);
          const subquery = queryNode(relation['subquery']);
          if (inner !== undefined) outputSelects(inner.node, inner.ctes).forEach(look);
          else if (subquery !== undefined) outputSelects(subquery, select.ctes).forEach(look);
        }
        const [table] = tables;
        if (table === undefined) continue;
        const read = tables.map((t) => nameOf(t)).join(' and ');
        const fix = relationsOf(select.node).length === 1 ? starFix(star, table, query, find) : undefined;
        findings.push({
          message: `the star hands on whatever columns ${read} ${tables.length === 1 ? 'has' : 'have'}`,
          location: query.locate(star),
          hint: 'List the columns.',
          ...(fix === undefined ? {} : { fix }),
        });
      }
    };
    outputSelects(query.root).forEach(look);
    return findings;
  },
};

/** `t.*` is of one relation. */
function isMeant(star: Json, relation: Json): boolean {
  const wanted = textOf(star, 'relation_name').toLowerCase();
  const own = textOf(relation, 'alias') || textOf(relation, 'table_name');
  return wanted === '' || own.toLowerCase() === wanted;
}

function nameOf(table: Json): string {
  return [textOf(table, 'schema_name'), textOf(table, 'table_name')].filter((part) => part !== '').join('.');
}

/** A plain `*` over one table becomes its columns. */
function starFix(star: Json, table: Json, query: LintedQuery, find: FindNode): Fix | undefined {
  const isPlain =
    star['columns'] !== true &&
    textOf(star, 'relation_name') === '' &&
    ['exclude_list', 'qualified_exclude_list', 'replace_list', 'rename_list'].every(
      (key) => !isFilled(star[key]),
    );
  const node = find(textOf(table, 'schema_name'), textOf(table, 'table_name'));
  const offset = query.offset(star);
  const at = offset === undefined ? undefined : query.authored(offset);
  const { source } = query.definition;
  if (!isPlain || node === undefined || at === undefined || textsOf(table, 'column_name_alias').length > 0)
    return undefined;
  if (source.text[at] !== '*') return undefined;
  return { start: at, end: at + 1, text: node.columns.map((column) => quoted(column.name)).join(', ') };
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
