/** What is known of the types of columns inside a query, where a rule must know: names that are passed on, and casts. */
import type { CompiledNode } from '../compile/index.ts';
import {
  isColumn,
  isJson,
  isStar,
  listOf,
  outputSelects,
  queryNode,
  relationName,
  relationsOf,
  textOf,
  textsOf,
  type Ctes,
  type Json,
  type Select,
} from './ast.ts';

/** Finds a model or a source by the parts of its name. */
export type FindNode = (schema: string, table: string) => CompiledNode | undefined;

interface KnownColumn {
  readonly name: string;
  readonly type: string | undefined;
}

/** Queries within queries beyond this are not looked into. */
const DEEPEST = 30;

/** The CTE that a relation names; undefined when it names a table. */
export function cteOf(relation: Json, ctes: Ctes): { readonly node: Json; readonly ctes: Ctes } | undefined {
  const isPlain = textOf(relation, 'schema_name') === '' && textOf(relation, 'catalog_name') === '';
  return isPlain ? ctes.get(textOf(relation, 'table_name').toLowerCase()) : undefined;
}

/** The columns of a relation as far as they are known; undefined when not even their names are. */
export function columnsOf(
  relation: Json,
  ctes: Ctes,
  find: FindNode,
  depth = 0,
): readonly KnownColumn[] | undefined {
  if (depth > DEEPEST) return undefined;
  const own = textsOf(relation, 'column_name_alias');
  let columns: readonly KnownColumn[] | undefined;
  if (textOf(relation, 'type') === 'BASE_TABLE') {
    const cte = ctes.get(textOf(relation, 'table_name').toLowerCase());
    if (cte !== undefined && cteOf(relation, ctes) !== undefined) {
      columns = renamed(outputs(cte.node, cte.ctes, find, depth + 1), cte.columnNames);
    } else columns = find(textOf(relation, 'schema_name'), textOf(relation, 'table_name'))?.columns;
  } else if (textOf(relation, 'type') === 'SUBQUERY') {
    const query = queryNode(relation['subquery']);
    columns = query === undefined ? undefined : outputs(query, ctes, find, depth + 1);
  }
  return renamed(columns, own);
}

function renamed(
  columns: readonly KnownColumn[] | undefined,
  names: readonly string[],
): readonly KnownColumn[] | undefined {
  return columns?.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
}

function outputs(node: Json, ctes: Ctes, find: FindNode, depth: number): readonly KnownColumn[] | undefined {
  const [select] = outputSelects(node, ctes);
  if (select === undefined) return undefined;
  const columns: KnownColumn[] = [];
  for (const item of listOf(select.node, 'select_list')) {
    if (isStar(item)) {
      const [relation, more] = relationsOf(select.node);
      const isPlain =
        listOf(item, 'replace_list').length === 0 &&
        item['columns'] !== true &&
        textsOf(item, 'exclude_list').length === 0;
      const below =
        relation === undefined || more !== undefined || !isPlain
          ? undefined
          : columnsOf(relation, select.ctes, find, depth + 1);
      if (below === undefined) return undefined;
      columns.push(...below);
    } else {
      const name = textOf(item, 'alias') || (textsOf(item, 'column_names').at(-1) ?? '');
      columns.push({ name, type: typeOf(item, select, find, depth + 1) });
    }
  }
  return columns;
}

/** The type of an expression: of a column where it is known, of a cast; undefined otherwise. */
export function typeOf(expression: Json, select: Select, find: FindNode, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  if (textOf(expression, 'type') === 'OPERATOR_CAST') {
    return isJson(expression['cast_type']) ? textOf(expression['cast_type'], 'id') : undefined;
  }
  if (!isColumn(expression)) return undefined;
  const names = textsOf(expression, 'column_names').map((name) => name.toLowerCase());
  const name = names.at(-1);
  const table = names.at(-2);
  const types = relationsOf(select.node)
    .filter((relation) => table === undefined || relationName(relation).toLowerCase() === table)
    .flatMap((relation) => columnsOf(relation, select.ctes, find, depth + 1) ?? [])
    .filter((column) => column.name.toLowerCase() === name)
    .map((column) => column.type);
  return types.length === 1 ? types[0] : undefined;
}
