/**
 * Walks over DuckDB's serialised AST: its SELECTs with the CTEs they see, the relations of a FROM, the expressions of one
 * SELECT without those of the queries inside it.
 */
export type Json = Readonly<Record<string, unknown>>;

/** A CTE: its query, and the CTEs that one sees. */
export interface Cte {
  readonly node: Json;
  readonly columnNames: readonly string[];
  readonly ctes: Ctes;
}

/** CTEs by lower-case name. */
export type Ctes = ReadonlyMap<string, Cte>;

/** One SELECT of a query. */
export interface Select {
  readonly node: Json;
  readonly ctes: Ctes;
}

const NO_CTES: Ctes = new Map();

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(node: Json, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

/** The objects of a list. */
export function listOf(node: Json, key: string): readonly Json[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isJson) : [];
}

export function textsOf(node: Json, key: string): readonly string[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}

/** The query of a statement, a subquery or a CTE. */
export function queryNode(holder: unknown): Json | undefined {
  const node = isJson(holder) ? holder['node'] : undefined;
  return isJson(node) && textOf(node, 'type').endsWith('_NODE') ? node : undefined;
}

/** The CTEs that a query sees, its own included. */
export function ctesOf(node: Json, outer: Ctes): Ctes {
  const map = isJson(node['cte_map']) ? listOf(node['cte_map'], 'map') : [];
  let ctes = outer;
  for (const entry of map) {
    const value = isJson(entry['value']) ? entry['value'] : {};
    const query = queryNode(value['query']);
    if (query === undefined) continue;
    const cte = { node: query, columnNames: textsOf(value, 'aliases'), ctes };
    ctes = new Map(ctes).set(textOf(entry, 'key').toLowerCase(), cte);
  }
  return ctes;
}

/** The SELECTs whose columns are those of the query: one, or the branches of set operations, first to last. */
export function outputSelects(node: Json, outer: Ctes = NO_CTES): readonly Select[] {
  const ctes = ctesOf(node, outer);
  if (textOf(node, 'type') === 'SELECT_NODE') return [{ node, ctes }];
  return branches(node).flatMap((branch) => outputSelects(branch, ctes));
}

function branches(node: Json): readonly Json[] {
  return [node['left'], node['right'], ...listOf(node, 'children')].filter(isJson);
}

/** Every SELECT of a query, those of CTEs and subqueries too. */
export function allSelects(node: Json, outer: Ctes = NO_CTES): readonly Select[] {
  const selects: Select[] = [];
  const ctes = ctesOf(node, outer);
  for (const [name, cte] of ctes)
    if (outer.get(name) !== cte) selects.push(...allSelects(cte.node, cte.ctes));
  if (textOf(node, 'type') === 'SELECT_NODE') selects.push({ node, ctes });
  const search = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(search);
    else if (isJson(value)) {
      const query = queryNode(value);
      if (query !== undefined) selects.push(...allSelects(query, ctes));
      else if (textOf(value, 'type').endsWith('_NODE')) selects.push(...allSelects(value, ctes));
      else Object.values(value).forEach(search);
    }
  };
  for (const [key, value] of Object.entries(node)) if (key !== 'cte_map') search(value);
  return selects;
}

/** The relations of a SELECT's FROM, joins taken apart. */
export function relationsOf(select: Json): readonly Json[] {
  const take = (table: unknown): readonly Json[] => {
    if (!isJson(table) || textOf(table, 'type') === 'EMPTY') return [];
    return textOf(table, 'type') === 'JOIN' ? [...take(table['left']), ...take(table['right'])] : [table];
  };
  return take(select['from_table']);
}

/** The joins of a SELECT's FROM. */
export function joinsOf(select: Json): readonly Json[] {
  const take = (table: unknown): readonly Json[] =>
    isJson(table) && textOf(table, 'type') === 'JOIN'
      ? [table, ...take(table['left']), ...take(table['right'])]
      : [];
  return take(select['from_table']);
}

/** Visits every expression of one SELECT; `lambda` holds the parameters of the lambdas around it, lower case. */
export function eachExpression(
  select: Json,
  visit: (expression: Json, lambda: ReadonlySet<string>) => void,
): void {
  const walk = (value: unknown, lambda: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const child of value) walk(child, lambda);
      return;
    }
    if (!isJson(value) || queryNode(value) !== undefined) return;
    let inner = lambda;
    if (textOf(value, 'class') === 'LAMBDA') {
      inner = new Set([...lambda, ...lambdaParameters(value['lhs'])]);
      walk(value['expr'], inner);
      return;
    }
    if (typeof value['class'] === 'string') visit(value, inner);
    for (const [key, child] of Object.entries(value)) if (key !== 'cte_map') walk(child, inner);
  };
  for (const [key, value] of Object.entries(select)) if (key !== 'cte_map') walk(value, new Set());
}

function lambdaParameters(lhs: unknown): readonly string[] {
  if (!isJson(lhs)) return [];
  const own = textOf(lhs, 'class') === 'COLUMN_REF' ? textsOf(lhs, 'column_names').slice(-1) : [];
  const more = [...listOf(lhs, 'children')].flatMap(lambdaParameters);
  return [...own, ...more].map((name) => name.toLowerCase());
}

export function isStar(expression: Json): boolean {
  return textOf(expression, 'class') === 'STAR';
}

export function isColumn(expression: Json): boolean {
  return textOf(expression, 'class') === 'COLUMN_REF';
}

/** The name by which a relation's columns are qualified. */
export function relationName(relation: Json): string {
  return textOf(relation, 'alias') || textOf(relation, 'table_name');
}
