/**
 * Which columns of a query's inputs are compared for being equal, from DuckDB's AST: good enough to find rows that belong
 * together. It follows names, not scopes; what it misses costs a sample that joins to nothing, never a wrong answer.
 */
import { DEFAULT_SCHEMA, nodeKey } from '../compile/index.ts';

/** A column of an input; both names in lower case. */
interface InputColumn {
  readonly input: string;
  readonly column: string;
}

export type JoinKey = readonly [InputColumn, InputColumn];

type Json = Readonly<Record<string, unknown>>;

/**
 * @param statements the query and the embedded models in it, parsed; the latter with their names
 * @param columns of the inputs, by name in lower case
 */
export function joinKeys(
  statements: readonly { readonly name: string | undefined; readonly statement: unknown }[],
  columns: ReadonlyMap<string, readonly string[]>,
): readonly JoinKey[] {
  const scopes = new Map<string, Set<string>>();
  const equal: (readonly [Json, Json])[] = [];
  const using: string[] = [];

  /** The inputs below a node; names of relations, CTEs and aliases are noted on the way. */
  const walk = (node: unknown): Set<string> => {
    const found = new Set<string>();
    const add = (names: Iterable<string>): void => {
      for (const name of names) found.add(name);
    };
    if (Array.isArray(node)) {
      for (const child of node) add(walk(child));
      return found;
    }
    if (!isJson(node)) return found;
    const map = isJson(node['cte_map']) ? node['cte_map']['map'] : undefined;
    for (const entry of Array.isArray(map) ? map : []) {
      if (!isJson(entry)) continue;
      const inside = walk(entry['value']);
      note(textOf(entry, 'key'), inside);
      add(inside);
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'cte_map') add(walk(child));
    if (node['type'] === 'BASE_TABLE') {
      const schema = textOf(node, 'schema_name');
      const table = textOf(node, 'table_name').toLowerCase();
      const name = nodeKey(`${schema === '' ? DEFAULT_SCHEMA : schema}.${table}`);
      const inside = schema === '' && scopes.has(table) ? scopes.get(table) : (scopes.get(name) ?? [name]);
      add(inside ?? []);
      note(table, found);
    }
    const alias = textOf(node, 'alias');
    if (alias !== '' && found.size > 0) note(alias, found);
    const [left, right] = [node['left'], node['right']];
    if (node['type'] === 'COMPARE_EQUAL' && isColumn(left) && isColumn(right)) equal.push([left, right]);
    if (Array.isArray(node['using_columns'])) using.push(...node['using_columns'].map(String));
    return found;
  };
  const note = (name: string, inputs: Iterable<string>): void => {
    const known = scopes.get(name.toLowerCase()) ?? new Set<string>();
    for (const input of inputs) known.add(input);
    scopes.set(name.toLowerCase(), known);
  };
  const all = new Set<string>();
  for (const { name, statement } of statements) {
    const inside = walk(statement);
    if (name !== undefined) note(nodeKey(name), inside);
    for (const input of inside) all.add(input);
  }

  const places = (names: readonly string[]): readonly InputColumn[] => {
    const column = (names.at(-1) ?? '').toLowerCase();
    const owner = names.at(-2)?.toLowerCase();
    const inputs = owner === undefined ? all : (scopes.get(owner) ?? []);
    return [...inputs].flatMap((input) =>
      columns.get(input)?.some((c) => c.toLowerCase() === column) === true ? [{ input, column }] : [],
    );
  };
  const pairs = [
    ...equal.map(([a, b]) => [places(namesOf(a)), places(namesOf(b))] as const),
    ...using.map((name) => [places([name]), places([name])] as const),
  ];
  return pairs.flatMap(([as, bs]) =>
    as.flatMap((a) => bs.flatMap((b): readonly JoinKey[] => (a.input === b.input ? [] : [[a, b]]))),
  );
}

function namesOf(column: Json): readonly string[] {
  const names = column['column_names'];
  return Array.isArray(names) ? names.map(String) : [];
}

function isColumn(value: unknown): value is Json {
  return isJson(value) && value['class'] === 'COLUMN_REF';
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(node: Json, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}
