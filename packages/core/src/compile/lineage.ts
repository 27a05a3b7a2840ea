/**
 * Column lineage from DuckDB's bound plan: for each output column the input columns its value is made of, and the columns
 * that decide which rows exist (filters, joins, groups). One walk from the leaves up; each operator maps the lineage of
 * its inputs' columns to that of its own, by position, as the plan's references do.
 */
import type { ColumnRef } from './compiled.ts';
import {
  flag,
  integer,
  isObject,
  joinConditions,
  joinType,
  list,
  nodes,
  object,
  project,
  scannedColumns,
  scannedTable,
  text,
  type Json,
  type JsonObject,
  type PlanNode,
} from './plan-node.ts';

export interface LineageTrace {
  /** One entry per output column of the plan, by position; sources sorted. */
  readonly columns: readonly { readonly sources: readonly ColumnRef[]; readonly direct: boolean }[];
  /** Columns that decide which rows exist, sorted. */
  readonly influence: readonly ColumnRef[];
  /** Columns that the query names, whatever becomes of them, sorted: without one of them it cannot be bound. */
  readonly named: readonly ColumnRef[];
  /** Tables that are read, sorted; also those of which no column is. */
  readonly tables: readonly string[];
  /** Whether rows come from anything but tables: a table function, a file. */
  readonly functions: boolean;
  /** What the walk did not understand. When there is any, the rest is not to be relied on. */
  readonly unknown: readonly string[];
}

/** Traces a bound plan. `nameOf` gives the model's name for a table of the shadow database. */
export function traceLineage(
  plan: PlanNode,
  nameOf: (schema: string, table: string) => string,
): LineageTrace {
  return new LineageWalk(nameOf).trace(plan);
}

/** Where a value comes from: numbers of source columns, ascending. */
interface Origin {
  readonly sources: readonly number[];
  readonly direct: boolean;
}

const NOTHING: Origin = { sources: [], direct: false };

/** Parts of an expression that hold no input values. */
const NOT_VALUES = new Set([
  'return_type',
  'arguments',
  'original_arguments',
  'function_data',
  'value',
  'bind_info',
  'type_info',
]);

class LineageWalk {
  readonly #nameOf: (schema: string, table: string) => string;
  readonly #refs: ColumnRef[] = [];
  /** By model and column. */
  readonly #numbers = new Map<string, Map<string, number>>();
  readonly #tables = new Set<string>();
  readonly #unknown = new Set<string>();
  #functions = false;
  readonly #influence = new Set<number>();
  /** Orders by which a LIMIT cuts: only there does an order decide which rows exist. */
  readonly #cutting = new Set<PlanNode>();
  readonly #ctes = new Map<number, readonly Origin[]>();
  /** Correlated table functions refer to columns by table and column index, not by position. */
  readonly #byTable = new Map<number, readonly Origin[]>();

  constructor(nameOf: (schema: string, table: string) => string) {
    this.#nameOf = nameOf;
  }

  trace(plan: PlanNode): LineageTrace {
    const columns = this.#operator(plan, undefined);
    const refs = this.#refs;
    // Sorted once; after that, places are compared.
    const order = [...refs.keys()].sort((a, b) => compareRefs(refs[a], refs[b]));
    const places: number[] = [];
    for (const [place, number] of order.entries()) places[number] = place;
    const named = order.flatMap((number) => refs[number] ?? []);
    const sorted = (numbers: readonly number[]): readonly ColumnRef[] => {
      const [only, ...others] = numbers;
      if (only === undefined) return [];
      if (others.length === 0) return refs.slice(only, only + 1);
      const own = numbers.map((number) => places[number] ?? 0).sort((a, b) => a - b);
      return own.flatMap((place) => named[place] ?? []);
    };
    return {
      columns: columns.map((column) => ({ sources: sorted(column.sources), direct: column.direct })),
      influence: sorted([...this.#influence]),
      named,
      tables: [...this.#tables].sort(),
      functions: this.#functions,
      unknown: [...this.#unknown].sort(),
    };
  }

  #source(model: string, column: string): Origin {
    let columns = this.#numbers.get(model);
    if (columns === undefined) this.#numbers.set(model, (columns = new Map()));
    let number = columns.get(column);
    if (number === undefined) {
      number = this.#refs.push({ model, column }) - 1;
      columns.set(column, number);
    }
    return { sources: [number], direct: true };
  }

  #decides(origin: Origin): void {
    for (const source of origin.sources) this.#influence.add(source);
  }

  /** `delimited`: the outer columns that a correlated subquery sees. */
  #operator(node: PlanNode, delimited: readonly Origin[] | undefined): readonly Origin[] {
    const inputs = nodes(node, 'children');
    const input = (at: number): readonly Origin[] => {
      const child = inputs[at];
      return child === undefined ? [] : this.#operator(child, delimited);
    };
    const type = text(node, 'type');
    switch (type) {
      case 'LOGICAL_GET':
        return this.#named(
          node,
          inputs.length === 0 ? this.#scan(node) : this.#tableFunction(node, input(0)),
        );
      case 'LOGICAL_PROJECTION': {
        const columns = input(0);
        return this.#named(
          node,
          list(node, 'expressions').map((e) => this.#expression(e, columns)),
        );
      }
      case 'LOGICAL_FILTER': {
        const columns = input(0);
        for (const condition of list(node, 'expressions'))
          this.#decides(this.#expression(condition, columns));
        return this.#project(columns, list(node, 'projection_map'));
      }
      case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
        return this.#aggregate(node, input(0));
      case 'LOGICAL_UNNEST': {
        const columns = input(0);
        const lists = list(node, 'expressions').map((e) => this.#expression(e, columns));
        for (const one of lists) this.#decides(one);
        return [...columns, ...lists];
      }
      case 'LOGICAL_WINDOW': {
        const columns = input(0);
        return [...columns, ...list(node, 'expressions').map((e) => this.#expression(e, columns))];
      }
      case 'LOGICAL_CROSS_PRODUCT':
      case 'LOGICAL_POSITIONAL_JOIN':
        return [...input(0), ...input(1)];
      case 'LOGICAL_COMPARISON_JOIN':
      case 'LOGICAL_ASOF_JOIN':
      case 'LOGICAL_ANY_JOIN':
      case 'LOGICAL_DEPENDENT_JOIN':
        return this.#join(node, input(0), input(1));
      case 'LOGICAL_DELIM_JOIN': {
        const [first, second] = flag(node, 'delim_flipped') ? [1, 0] : [0, 1];
        const outer = input(first);
        const seen = list(node, 'duplicate_eliminated_columns').map((e) => this.#expression(e, outer));
        const subquery = inputs[second];
        const inner = subquery === undefined ? [] : this.#operator(subquery, seen);
        return first === 0 ? this.#join(node, outer, inner) : this.#join(node, inner, outer);
      }
      case 'LOGICAL_UNION': {
        const branches = inputs.map((_, at) => input(at));
        return this.#named(
          node,
          (branches[0] ?? []).map((_, at) => this.#sameColumn(branches, at)),
        );
      }
      case 'LOGICAL_EXCEPT':
      case 'LOGICAL_INTERSECT': {
        const [kept = [], ...others] = inputs.map((_, at) => input(at));
        for (const other of others) for (const column of other) this.#decides(column);
        for (const column of kept) this.#decides(column);
        return this.#named(node, kept);
      }
      case 'LOGICAL_MATERIALIZED_CTE':
        this.#ctes.set(integer(node, 'table_index'), input(0));
        return input(1);
      case 'LOGICAL_RECURSIVE_CTE':
        return this.#recursion(node, input);
      case 'LOGICAL_CTE_REF': {
        const cte = this.#ctes.get(integer(node, 'cte_index'));
        return this.#named(
          node,
          cte ?? this.#lost('reference to an unknown CTE', list(node, 'chunk_types').length),
        );
      }
      case 'LOGICAL_DELIM_GET': {
        const width = list(node, 'chunk_types').length;
        return this.#named(
          node,
          delimited?.slice(0, width) ?? this.#lost('correlated columns without a join', width),
        );
      }
      case 'LOGICAL_ORDER_BY': {
        const columns = input(0);
        if (this.#cutting.has(node)) this.#decides(this.#expression(list(node, 'orders'), columns));
        return this.#project(columns, list(node, 'projection_map'));
      }
      case 'LOGICAL_TOP_N': {
        const columns = input(0);
        this.#decides(this.#expression(list(node, 'orders'), columns));
        return columns;
      }
      case 'LOGICAL_LIMIT': {
        const order = orderBelow(inputs[0]);
        if (order !== undefined) this.#cutting.add(order);
        return input(0);
      }
      case 'LOGICAL_SAMPLE':
        return input(0);
      case 'LOGICAL_DISTINCT': {
        const columns = input(0);
        for (const target of list(node, 'distinct_targets')) this.#decides(this.#expression(target, columns));
        // DISTINCT ON keeps the first row of each, in this order.
        this.#decides(this.#expression(object(node, 'order_by') ?? null, columns));
        return columns;
      }
      case 'LOGICAL_DUMMY_SCAN':
        return this.#named(node, [NOTHING]);
      case 'LOGICAL_EXPRESSION_GET': {
        const columns = input(0);
        const rows = list(node, 'expressions').map((row) =>
          Array.isArray(row) ? row.map((e) => this.#expression(e, columns)) : [],
        );
        return this.#named(
          node,
          (rows[0] ?? []).map((_, at) => ({ ...this.#sameColumn(rows, at), direct: false })),
        );
      }
      case 'LOGICAL_EMPTY_RESULT':
        return this.#named(
          node,
          list(node, 'return_types').map(() => NOTHING),
        );
      case 'LOGICAL_CHUNK_GET':
        return this.#named(
          node,
          list(node, 'chunk_types').map(() => NOTHING),
        );
      case 'LOGICAL_PIVOT':
        return this.#pivot(node, input(0));
      default:
        this.#unknown.add(`operator ${type}`);
        return input(0);
    }
  }

  /** Remembers columns under the operator's table index, where it has one. */
  #named(node: PlanNode, columns: readonly Origin[]): readonly Origin[] {
    this.#byTable.set(integer(node, 'table_index'), columns);
    return columns;
  }

  #project(columns: readonly Origin[], map: readonly Json[]): readonly Origin[] {
    return project(columns, map) ?? this.#lost('projection of an unknown column', map.length);
  }

  #lost(what: string, width: number): readonly Origin[] {
    this.#unknown.add(what);
    return Array.from({ length: width }, () => NOTHING);
  }

  #scan(node: PlanNode): readonly Origin[] {
    const table = scannedTable(node);
    // Values of a table function come from nowhere we could name.
    let columns: readonly Origin[] = nodes(node, 'column_indexes').map(() => NOTHING);
    if (table !== undefined) {
      const model = this.#nameOf(table.schema, table.table);
      this.#tables.add(model);
      columns = scannedColumns(node).map((column) => this.#source(model, column.name));
    } else this.#functions = true;
    return this.#project(columns, list(node, 'projection_ids'));
  }

  /** A table function over the rows of a subquery, such as `unnest` of a correlated column. */
  #tableFunction(node: PlanNode, input: readonly Origin[]): readonly Origin[] {
    this.#functions = true;
    const read = list(node, 'input_table_types').length;
    const argument = union(input.slice(0, read === 0 ? input.length : read));
    this.#decides(argument);
    const made = this.#project(
      nodes(node, 'column_indexes').map(() => argument),
      list(node, 'projection_ids'),
    );
    const passed = list(node, 'projected_input');
    return passed.length === 0 ? made : [...made, ...this.#project(input, passed)];
  }

  #aggregate(node: PlanNode, columns: readonly Origin[]): readonly Origin[] {
    const groups = list(node, 'groups').map((e) => this.#expression(e, columns));
    for (const group of groups) this.#decides(group);
    const values = nodes(node, 'expressions').map((aggregate) => {
      // FILTER decides which rows count; it is not part of the value.
      this.#decides(this.#expression(aggregate['filter'] ?? null, columns));
      return this.#expression({ ...aggregate, filter: null }, columns);
    });
    const groupings = list(node, 'grouping_functions').map((indexes) =>
      union((Array.isArray(indexes) ? indexes : []).map((at) => groups[Number(at)] ?? NOTHING)),
    );
    this.#byTable.set(integer(node, 'group_index'), groups);
    this.#byTable.set(integer(node, 'aggregate_index'), values);
    return [...groups, ...values, ...groupings];
  }

  #join(node: PlanNode, left: readonly Origin[], right: readonly Origin[]): readonly Origin[] {
    const both = [...left, ...right];
    const type = joinType(node);
    // A correlated subquery is joined back to the rows it was computed for: that is no condition of the author's.
    const isCorrelated = text(node, 'type') === 'LOGICAL_DELIM_JOIN' && type !== 'MARK';
    const matched = union(
      joinConditions(node).map((condition) => {
        if (condition.kind !== 'comparison') return this.#expression(condition.expression, both);
        const one = this.#expression(condition.left, left);
        const other = this.#expression(condition.right, right);
        const isBack = isCorrelated && condition.comparison === 'COMPARE_NOT_DISTINCT_FROM';
        return isBack && sameSources(one, other) ? NOTHING : union([one, other]);
      }),
    );
    const keptLeft = this.#project(left, list(node, 'left_projection_map'));
    // A mark is a column that says whether there was a match; it decides only once something filters by it.
    if (type === 'MARK') return [...keptLeft, matched];
    this.#decides(matched);
    if (type === 'SEMI' || type === 'ANTI') return keptLeft;
    const keptRight = this.#project(right, list(node, 'right_projection_map'));
    return type === 'RIGHT_SEMI' || type === 'RIGHT_ANTI' ? keptRight : [...keptLeft, ...keptRight];
  }

  /** What flows in grows with every round; it is complete when a round adds nothing. */
  #recursion(node: PlanNode, input: (at: number) => readonly Origin[]): readonly Origin[] {
    const index = integer(node, 'table_index');
    let columns = input(0);
    for (;;) {
      this.#ctes.set(index, columns);
      const round = input(1);
      const grown = columns.map((_, at) => this.#sameColumn([columns, round], at));
      const done = grown.every(
        (c, at) => c.sources.length === columns[at]?.sources.length && c.direct === columns[at]?.direct,
      );
      columns = grown;
      if (done) break;
    }
    this.#ctes.set(index, columns);
    // UNION without ALL drops rows that were there already; USING KEY keeps the last row of each key.
    const keys = list(node, 'key_targets');
    if (keys.length > 0) for (const key of keys) this.#decides(this.#expression(key, columns));
    else if (!flag(node, 'union_all')) for (const column of columns) this.#decides(column);
    return this.#named(node, columns);
  }

  /** Groups stay, every pivoted column may hold any of the rest. */
  #pivot(node: PlanNode, columns: readonly Origin[]): readonly Origin[] {
    const pivot = object(node, 'bound_pivot');
    const groups = integer(pivot, 'group_count');
    const rest: Origin = { sources: union(columns.slice(groups)).sources, direct: false };
    const made = list(pivot, 'types').slice(groups);
    return [...columns.slice(0, groups), ...made.map(() => rest)];
  }

  /** Column `at` of all branches as one. */
  #sameColumn(branches: readonly (readonly Origin[])[], at: number): Origin {
    const columns = branches.map((branch) => branch[at] ?? NOTHING);
    return { sources: union(columns).sources, direct: columns.every((column) => column.direct) };
  }

  #expression(expression: Json, columns: readonly Origin[]): Origin {
    if (Array.isArray(expression))
      return union(expression.map((part: Json) => this.#expression(part, columns)));
    if (!isObject(expression)) return NOTHING;
    switch (text(expression, 'type')) {
      case 'BOUND_REF':
        return columns[integer(expression, 'index')] ?? this.#lostColumn('reference by position');
      case 'BOUND_COLUMN_REF': {
        const binding = object(expression, 'binding');
        const table = this.#byTable.get(integer(binding, 'table_index'));
        return table?.[integer(binding, 'column_index')] ?? this.#lostColumn('reference by table');
      }
      default:
        return this.#parts(expression, columns);
    }
  }

  #lostColumn(what: string): Origin {
    this.#unknown.add(what);
    return NOTHING;
  }

  #parts(expression: JsonObject, columns: readonly Origin[]): Origin {
    const parts: Origin[] = [];
    // The hottest loop of the walk: most properties are names and types.
    for (const key in expression) {
      const value = expression[key];
      if (typeof value !== 'object' || value === null || NOT_VALUES.has(key)) continue;
      const origin = this.#expression(value, columns);
      if (origin.sources.length > 0) parts.push(origin);
    }
    return union(parts);
  }
}

/** The ORDER BY that a LIMIT stands on, with nothing but projections between. */
function orderBelow(node: PlanNode | undefined): PlanNode | undefined {
  let at = node;
  while (text(at, 'type') === 'LOGICAL_PROJECTION') at = nodes(at, 'children')[0];
  return text(at, 'type') === 'LOGICAL_ORDER_BY' ? at : undefined;
}

function sameSources(a: Origin, b: Origin): boolean {
  return a.sources.length === b.sources.length && a.sources.every((source) => b.sources.includes(source));
}

/** All sources of several values: what is computed from them. */
function union(origins: readonly Origin[]): Origin {
  let first: Origin | undefined;
  let all: Set<number> | undefined;
  for (const origin of origins) {
    if (origin.sources.length === 0 || origin.sources === first?.sources) continue;
    if (first === undefined) first = origin;
    else {
      all ??= new Set(first.sources);
      for (const source of origin.sources) all.add(source);
    }
  }
  if (first === undefined) return NOTHING;
  return { sources: all === undefined ? first.sources : [...all], direct: false };
}

function compareRefs(a: ColumnRef | undefined, b: ColumnRef | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return compare(a.model, b.model) || compare(a.column, b.column);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
