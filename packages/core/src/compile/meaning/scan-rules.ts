/** Leaves: tables, table functions and literal rows. */
import {
  list,
  nodes,
  object,
  scannedColumns,
  scannedTable,
  text,
  type Json,
  type PlanNode,
} from '../plan-node.ts';
import { relationBlock, type Block, type Seal } from './block.ts';
import { digest } from './digest.ts';
import { UnknownPlan, withoutNames, type ExpressionReader } from './expression-reader.ts';
import { PURE_TABLE_FUNCTIONS } from './functions.ts';
import type { Leaf } from './leaf.ts';
import { pick, named } from './plan-parts.ts';
import { atom, column, type Relation, type Term } from './term.ts';

export function scan(expressions: ExpressionReader, leaf: Leaf, node: PlanNode): Block {
  if (Object.keys(object(node, 'table_filters') ?? {}).length > 0)
    throw new UnknownPlan('filter inside a scan');
  const table = scannedTable(node);
  return table === undefined
    ? source(expressions, node)
    : tableScan(expressions, leaf, node, table.schema, table.table);
}

function tableScan(
  expressions: ExpressionReader,
  lookUp: Leaf,
  node: PlanNode,
  schema: string,
  table: string,
): Block {
  const leaf = lookUp(schema, table);
  if (leaf === undefined) throw new UnknownPlan(`table ${schema}.${table}`);
  const block = leaf.kind === 'block' ? leaf.block.bounded() : relationBlock(leaf.rows, leaf.sequence, []);
  const relation = block.relations[0];
  const virtual = (name: string): Term => {
    // Asked for by `count(*)` as well, which does not look at it.
    const hash = digest(name, block.seal().sequence, block.seal().rows);
    expressions.markVirtual(hash);
    return relation === undefined ? atom(hash) : column(relation, hash);
  };
  const columns = scannedColumns(node).map(({ name, virtual: isVirtual }) => {
    if (isVirtual) return virtual(name);
    const found =
      leaf.kind === 'block' ? block.columns[leaf.names.indexOf(name)] : ofTable(leaf.columns, relation, name);
    if (found === undefined) throw new UnknownPlan(`column ${name} of ${schema}.${table}`);
    return found;
  });
  return block.withColumns(pick(columns, list(node, 'projection_ids')));
}

function ofTable(
  columns: ReadonlyMap<string, string>,
  relation: Relation | undefined,
  name: string,
): Term | undefined {
  const hash = columns.get(name);
  return hash === undefined || relation === undefined ? undefined : column(relation, hash);
}

/** A table function of constants. */
function source(expressions: ExpressionReader, node: PlanNode): Block {
  const name = text(node, 'name');
  const isDescribed =
    node['function_data'] !== undefined ||
    list(node, 'parameters').length > 0 ||
    /^(duckdb_|pragma_|pg_|icu_|test_)/.test(name);
  // A scan of an attached foreign database has no description at all.
  if (!isDescribed) throw new UnknownPlan(`table function ${name}`);
  flagTableFunction(expressions, name);
  const rows = digest('table function', callOf(node));
  const columns = nodes(node, 'column_indexes').map((index) => digest('made', rows, index));
  return named(expressions, node, relationBlock(rows, rows, pick(columns, list(node, 'projection_ids'))));
}

/** A table function of rows, such as `unnest` of a correlated column. */
export function tableFunction(expressions: ExpressionReader, node: PlanNode, input: Seal): Block {
  flagTableFunction(expressions, text(node, 'name'));
  const rows = digest('table function', callOf(node), input.rows, input.sequence, input.columns);
  const made = nodes(node, 'column_indexes').map((index) => digest('made', rows, index));
  const passed = list(node, 'projected_input');
  const beside = input.columns.map((hash) => digest('beside', hash));
  return relationBlock(rows, rows, [
    ...pick(made, list(node, 'projection_ids')),
    ...(passed.length === 0 ? [] : pick(beside, passed)),
  ]);
}

export function values(expressions: ExpressionReader, node: PlanNode, block: Block): Block {
  const seal = block.seal();
  const table = list(node, 'expressions').map((row) =>
    Array.isArray(row) ? row.map((e: Json) => seal.hash(expressions.read(e, block.columns))) : [],
  );
  const rows = digest('values', seal.rows, seal.sequence, table.length);
  const types = list(node, 'expr_types');
  const columns = (table[0] ?? []).map((_, at) =>
    digest(
      'value',
      table.map((row) => row[at]),
      types[at] ?? null,
    ),
  );
  return named(expressions, node, relationBlock(rows, rows, columns));
}

function flagTableFunction(expressions: ExpressionReader, name: string): void {
  if (PURE_TABLE_FUNCTIONS.has(name)) return;
  const readsFiles = /^(read_|parquet|glob|sniff|json_obj)/.test(name);
  expressions.flags.add(`${readsFiles ? 'files' : 'external'}:${name}`);
}

function callOf(node: PlanNode): readonly unknown[] {
  return [
    text(node, 'name'),
    withoutNames(node['function_data'] ?? null),
    node['parameters'] ?? null,
    node['named_parameters'] ?? null,
    node['returned_types'] ?? null,
    node['ordinality_idx'] ?? null,
  ];
}
