/** From a bound plan to a block: one rule per operator, from the leaves up. */
import {
  flag,
  integer,
  isObject,
  joinConditions,
  joinType,
  list,
  nodes,
  numberedInput,
  object,
  project,
  scannedColumns,
  scannedTable,
  text,
  type Json,
  type JsonObject,
  type PlanNode,
} from '../plan-node.ts';
import { type Block, cross, outerJoin, relationBlock, sortedSet, type Seal } from './block.ts';
import { digest } from './digest.ts';
import { type ExpressionReader, UnknownPlan, withoutNames } from './expression-reader.ts';
import { PURE_TABLE_FUNCTIONS, RANKS, UNORDERED } from './functions.ts';
import type { Leaf } from './leaf.ts';
import {
  atom,
  CallTerm,
  conjuncts,
  isVolatile,
  planComparison,
  column,
  type Relation,
  type Term,
  type UnionBranch,
} from './term.ts';

/** The columns of the outer query that a correlated subquery sees. */
interface Correlation {
  readonly depth: number;
  readonly width: number;
}

export class PlanReader {
  readonly #leaf: Leaf;
  readonly #expressions: ExpressionReader;
  readonly #ctes = new Map<string, Block>();
  #depth = 0;

  constructor(leaf: Leaf, expressions: ExpressionReader) {
    this.#leaf = leaf;
    this.#expressions = expressions;
  }

  read(plan: PlanNode): Block {
    return this.#operator(plan, undefined);
  }

  #operator(node: PlanNode, correlation: Correlation | undefined): Block {
    const inputs = nodes(node, 'children');
    const input = (at: number, seen = correlation): Block => {
      const child = inputs[at];
      if (child === undefined) throw new UnknownPlan(`${text(node, 'type')} without an input`);
      return this.#operator(child, seen);
    };
    const type = text(node, 'type');
    checkProperties(node, type);
    switch (type) {
      case 'LOGICAL_GET':
        return inputs.length === 0 ? this.#get(node) : this.#tableFunction(node, input(0).seal());
      case 'LOGICAL_PROJECTION': {
        const scalar = scalarSubquery(node);
        if (scalar === undefined) return this.#projection(node, input(0));
        const [below] = nodes(scalar, 'children');
        if (below === undefined) throw new UnknownPlan('scalar subquery without an input');
        return this.#projection(node, this.#aggregate(scalar, this.#operator(below, correlation), true));
      }
      case 'LOGICAL_FILTER': {
        const block = input(0);
        const kept = block.filter(this.#all(list(node, 'expressions'), block.columns));
        return kept.withColumns(pick(kept.columns, list(node, 'projection_map')));
      }
      case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
        return this.#aggregate(node, input(0), false);
      case 'LOGICAL_WINDOW':
        return this.#window(node, input(0));
      case 'LOGICAL_UNNEST': {
        const block = input(0);
        const seal = block.seal();
        const lists = list(node, 'expressions').map((e) =>
          seal.hash(this.#expressions.read(e, block.columns)),
        );
        const rows = digest('unnest', seal.rows, lists.toSorted());
        return relationBlock(rows, digest('unnested', seal.sequence, rows), [
          ...seal.columns.map((hash) => digest('beside', hash)),
          ...lists.map((hash) => digest('element', rows, hash)),
        ]);
      }
      case 'LOGICAL_CROSS_PRODUCT':
        return cross(input(0), input(1));
      case 'LOGICAL_POSITIONAL_JOIN': {
        const left = input(0).seal();
        const right = input(1).seal();
        this.#expressions.flags.add('order:POSITIONAL JOIN');
        const rows = digest('positional', left.sequence, right.sequence, left.rows, right.rows);
        return relationBlock(rows, rows, [...side('left', left.columns), ...side('right', right.columns)]);
      }
      case 'LOGICAL_COMPARISON_JOIN':
      case 'LOGICAL_ANY_JOIN':
      case 'LOGICAL_ASOF_JOIN':
        return this.#join(node, input(0), input(1), []);
      case 'LOGICAL_DELIM_JOIN': {
        if (flag(node, 'delim_flipped')) throw new UnknownPlan('flipped correlated join');
        const numbered = numberedInput(node);
        const left =
          numbered === undefined ? input(0) : withRowIdentity(this.#operator(numbered, correlation));
        const parameters = this.#all(list(node, 'duplicate_eliminated_columns'), left.columns);
        this.#depth++;
        const right = input(1, { depth: this.#depth, width: parameters.length });
        this.#depth--;
        return this.#join(node, left, right, parameters);
      }
      case 'LOGICAL_DELIM_GET': {
        if (correlation === undefined) throw new UnknownPlan('correlated columns without a join');
        const rows = digest('correlated', correlation.depth, correlation.width);
        const columns = list(node, 'chunk_types').map((chunk, at) => digest('parameter', rows, at, chunk));
        return this.#named(node, relationBlock(rows, rows, columns));
      }
      case 'LOGICAL_UNION':
        // UNION is planned as UNION ALL below a DISTINCT.
        if (node['setop_all'] === false) throw new UnknownPlan('UNION that removes duplicates by itself');
        return this.#union(inputs.map((_, at) => input(at)));
      case 'LOGICAL_EXCEPT':
      case 'LOGICAL_INTERSECT': {
        const seals = inputs.map((_, at) => input(at).seal());
        // Absent means ALL.
        const isAll = node['setop_all'] !== false;
        const rows = digest(
          type,
          isAll,
          seals.map((seal) => [seal.rows, seal.columns]),
        );
        const width = seals[0]?.columns.length ?? 0;
        const columns = Array.from({ length: width }, (_, at) =>
          digest(
            'set column',
            at,
            seals.map((seal) => seal.columns[at]),
          ),
        );
        return relationBlock(
          rows,
          digest(
            'set',
            rows,
            seals.map((seal) => seal.sequence),
          ),
          columns,
        );
      }
      case 'LOGICAL_MATERIALIZED_CTE':
        this.#ctes.set(cteKey(integer(node, 'table_index')), input(0));
        return input(1);
      case 'LOGICAL_RECURSIVE_CTE':
        return this.#recursion(node, input);
      case 'LOGICAL_CTE_REF': {
        const block = this.#ctes.get(cteKey(integer(node, 'cte_index'), flag(node, 'is_recurring')));
        if (block === undefined) throw new UnknownPlan('reference to an unknown CTE');
        return block;
      }
      case 'LOGICAL_ORDER_BY': {
        const block = input(0);
        const seal = block.seal();
        const sequence = digest('ordered', seal.sequence, this.#orders(node, seal, block.columns));
        return block.inOrder(sequence, pick(block.columns, list(node, 'projection_map')));
      }
      case 'LOGICAL_LIMIT':
        return this.#limit(node, input(0));
      case 'LOGICAL_SAMPLE':
        return this.#sample(node, input(0).seal());
      case 'LOGICAL_DISTINCT':
        return this.#distinct(node, input(0));
      case 'LOGICAL_DUMMY_SCAN':
        return this.#named(node, relationBlock('one row', 'one row', ['nothing']));
      case 'LOGICAL_EXPRESSION_GET':
        return this.#values(node, inputs.length === 0 ? relationBlock('one row', 'one row', []) : input(0));
      case 'LOGICAL_EMPTY_RESULT':
        return relationBlock(
          'no rows',
          'no rows',
          list(node, 'return_types').map((type) => digest('nothing', type)),
        );
      case 'LOGICAL_PIVOT': {
        const pivot = object(node, 'bound_pivot');
        const seal = input(0).seal();
        const rows = digest('pivot', seal.rows, seal.columns, withoutNames(pivot ?? null));
        const width = integer(pivot, 'group_count') + list(pivot, 'types').length;
        return relationBlock(
          rows,
          digest('pivoted', rows, seal.sequence),
          Array.from({ length: width }, (_, at) => digest('pivoted', rows, at)),
        );
      }
      default:
        throw new UnknownPlan(`operator ${type}`);
    }
  }

  #all(expressions: readonly Json[], columns: readonly Term[]): readonly Term[] {
    return expressions.map((expression) => this.#expressions.read(expression, columns));
  }

  #named(node: PlanNode, block: Block): Block {
    this.#expressions.nameTable(integer(node, 'table_index'), block.columns);
    return block;
  }

  #orders(node: JsonObject | undefined, seal: Seal, columns: readonly Term[]): readonly unknown[] {
    return nodes(node, 'orders').map((order) => [
      text(order, 'type'),
      text(order, 'null_order'),
      seal.hash(this.#expressions.read(order['expression'] ?? null, columns)),
    ]);
  }

  #get(node: PlanNode): Block {
    if (nodes(object(node, 'table_filters'), 'filters').length > 0)
      throw new UnknownPlan('filter inside a scan');
    const table = scannedTable(node);
    return table === undefined ? this.#source(node) : this.#scan(node, table.schema, table.table);
  }

  #scan(node: PlanNode, schema: string, table: string): Block {
    const leaf = this.#leaf(schema, table);
    if (leaf === undefined) throw new UnknownPlan(`table ${schema}.${table}`);
    const block = leaf.kind === 'block' ? leaf.block.bounded() : relationBlock(leaf.rows, leaf.sequence, []);
    const relation = block.relations[0];
    const virtual = (name: string): Term => {
      // Asked for by `count(*)` as well, which does not look at it.
      const hash = digest(name, block.seal().sequence, block.seal().rows);
      this.#expressions.markVirtual(hash);
      return relation === undefined ? atom(hash) : column(relation, hash);
    };
    const columns = scannedColumns(node).map(({ name, virtual: isVirtual }) => {
      if (isVirtual) return virtual(name);
      const found =
        leaf.kind === 'block'
          ? block.columns[leaf.names.indexOf(name)]
          : ofTable(leaf.columns, relation, name);
      if (found === undefined) throw new UnknownPlan(`column ${name} of ${schema}.${table}`);
      return found;
    });
    return block.withColumns(pick(columns, list(node, 'projection_ids')));
  }

  /** A table function of constants. */
  #source(node: PlanNode): Block {
    const name = text(node, 'name');
    const isDescribed =
      node['function_data'] !== undefined ||
      list(node, 'parameters').length > 0 ||
      /^(duckdb_|pragma_|pg_|icu_|test_)/.test(name);
    // A scan of an attached foreign database has no description at all.
    if (!isDescribed) throw new UnknownPlan(`table function ${name}`);
    this.#flagTableFunction(name);
    const rows = digest('table function', this.#callOf(node));
    const columns = nodes(node, 'column_indexes').map((index) => digest('made', rows, index));
    return this.#named(node, relationBlock(rows, rows, pick(columns, list(node, 'projection_ids'))));
  }

  /** A table function of rows, such as `unnest` of a correlated column. */
  #tableFunction(node: PlanNode, input: Seal): Block {
    this.#flagTableFunction(text(node, 'name'));
    const rows = digest('table function', this.#callOf(node), input.rows, input.sequence, input.columns);
    const made = nodes(node, 'column_indexes').map((index) => digest('made', rows, index));
    const passed = list(node, 'projected_input');
    const beside = input.columns.map((hash) => digest('beside', hash));
    return relationBlock(rows, rows, [
      ...pick(made, list(node, 'projection_ids')),
      ...(passed.length === 0 ? [] : pick(beside, passed)),
    ]);
  }

  #flagTableFunction(name: string): void {
    if (PURE_TABLE_FUNCTIONS.has(name)) return;
    const readsFiles = /^(read_|parquet|glob|sniff|json_obj)/.test(name);
    this.#expressions.flags.add(`${readsFiles ? 'files' : 'external'}:${name}`);
  }

  #callOf(node: PlanNode): readonly unknown[] {
    return [
      text(node, 'name'),
      withoutNames(node['function_data'] ?? null),
      node['parameters'] ?? null,
      node['named_parameters'] ?? null,
      node['returned_types'] ?? null,
      node['ordinality_idx'] ?? null,
    ];
  }

  #projection(node: PlanNode, block: Block): Block {
    return this.#named(node, block.withColumns(this.#all(list(node, 'expressions'), block.columns)));
  }

  /** `scalar`: there is one row at most, so that order does not matter. */
  #aggregate(node: PlanNode, block: Block, scalar: boolean): Block {
    const seal = block.seal();
    const groups = list(node, 'groups').map((e) => seal.hash(this.#expressions.read(e, block.columns)));
    const sets = list(node, 'grouping_sets').map((set) => (Array.isArray(set) ? set.map(Number) : []));
    const isPlain = sets.length === 0 || (sets.length === 1 && sets[0]?.length === groups.length);
    // The same expression may be grouped by twice, and be NULL in one place and not in the other: tell places apart.
    const keys =
      isPlain || new Set(groups).size === groups.length
        ? groups
        : groups.map((hash, at) => digest('key', hash, at));
    const setsOfKeys = sets
      .map((set) => set.map((at) => keys[at]).toSorted())
      .sort((a, b) => compare(a.join(), b.join()));
    const rows = digest('groups', seal.rows, sortedSet(keys), isPlain ? 0 : setsOfKeys);
    const values = nodes(node, 'expressions').map((given) => {
      const aggregate = isRowCount(given) ? rowCount(given) : given;
      const name = text(aggregate, 'name');
      const isFree = (UNORDERED.has(name) && !isCollated(aggregate)) || (scalar && name === 'first');
      if (!isFree && aggregate['order_bys'] === undefined) this.#expressions.flags.add(`order:${name}`);
      const value = seal.hash(this.#expressions.read(aggregate, block.columns));
      return digest('aggregate', rows, isFree ? 0 : seal.sequence, value);
    });
    const groupings = list(node, 'grouping_functions').map((places) =>
      digest('grouping', rows, Array.isArray(places) ? places.map((at) => keys[Number(at)]) : places),
    );
    return relationBlock(rows, digest('grouped', rows, seal.sequence), [
      ...keys.map((hash) => digest('key', hash)),
      ...values,
      ...groupings,
    ]);
  }

  #window(node: PlanNode, block: Block): Block {
    const seal = block.seal();
    const values = nodes(node, 'expressions').map((window) => {
      const isFree = isFreeOfOrder(window);
      if (!isFree && list(window, 'orders').length === 0) this.#expressions.flags.add('order:window');
      const value = seal.hash(this.#expressions.read(window, block.columns));
      return digest('window', seal.rows, isFree ? 0 : seal.sequence, value);
    });
    // Partitioning and sorting move rows physically, also when nobody reads the value.
    const sequence = digest('windowed', seal.sequence, values.toSorted());
    return relationBlock(seal.rows, sequence, [...seal.columns, ...values]);
  }

  /** The join's conditions as conjuncts over terms of both sides. */
  #conditions(node: PlanNode, left: readonly Term[], right: readonly Term[]): readonly Term[] {
    const both = [...left, ...right];
    return joinConditions(node).flatMap((condition) => {
      if (condition.kind === 'expression')
        return conjuncts(this.#expressions.read(condition.expression, both));
      const { comparison } = condition;
      const sides = [
        this.#expressions.read(condition.left, left),
        this.#expressions.read(condition.right, right),
      ] as const;
      const term = planComparison(comparison, ...sides);
      if (term === undefined) throw new UnknownPlan(`comparison ${comparison}`);
      return [term];
    });
  }

  /** `parameters`: columns of the left side that a correlated right side sees. */
  #join(node: PlanNode, left: Block, right: Block, parameters: readonly Term[]): Block {
    const type = joinType(node);
    const isAsOf = text(node, 'type') === 'LOGICAL_ASOF_JOIN';
    const isCorrelated = text(node, 'type') === 'LOGICAL_DELIM_JOIN';
    if (!isAsOf && !isCorrelated) {
      if (type === 'INNER') return this.#innerJoin(node, left, right);
      if (type === 'LEFT' || type === 'RIGHT') return this.#outerJoin(node, left, right, type);
    }
    if (!isAsOf && (type === 'SEMI' || type === 'ANTI' || type === 'MARK' || type === 'SINGLE')) {
      return this.#lookUp(node, left, right, parameters, type);
    }
    return this.#opaqueJoin(node, left, right, parameters, type);
  }

  #innerJoin(node: PlanNode, left: Block, right: Block): Block {
    const joined = cross(left, right);
    const leftColumns = joined.columns.slice(0, left.columns.length);
    const rightColumns = joined.columns.slice(left.columns.length);
    return joined
      .filter(this.#conditions(node, leftColumns, rightColumns))
      .withColumns(this.#keptOf(node, leftColumns, rightColumns));
  }

  /** Each side's columns after the join's projection maps. */
  #keptOf(node: PlanNode, left: readonly Term[], right: readonly Term[]): readonly Term[] {
    return [
      ...pick(left, list(node, 'left_projection_map')),
      ...pick(right, list(node, 'right_projection_map')),
    ];
  }

  /** The optional side becomes an outer-joined relation of the preserved side's block. */
  #outerJoin(node: PlanNode, left: Block, right: Block, type: 'LEFT' | 'RIGHT'): Block {
    const [preserved, optional] =
      type === 'LEFT' ? [left.bounded(), right.seal()] : [right.bounded(), left.seal()];
    const bare: Relation = { rows: optional.rows, sequence: optional.sequence };
    // Conditions refer to the relation and the relation holds the conditions.
    const relation: { -readonly [K in keyof Relation]: Relation[K] } = bare;
    const columns = optional.columns.map((hash) => column(relation, hash));
    const [leftColumns, rightColumns] =
      type === 'LEFT' ? [preserved.columns, columns] : [columns, preserved.columns];
    const on = this.#conditions(node, leftColumns, rightColumns);
    if (on.some(isVolatile)) return this.#opaqueJoin(node, left, right, [], type);
    relation.on = on;
    const sequence = digest('outer', type, preserved.seal().sequence, optional.sequence);
    return outerJoin(preserved, relation, sequence).withColumns(
      this.#keptOf(node, leftColumns, rightColumns),
    );
  }

  /** Joins that add a value to every left row, or keep the left rows for which it is true. */
  #lookUp(
    node: PlanNode,
    left: Block,
    right: Block,
    parameters: readonly Term[],
    type: 'SEMI' | 'ANTI' | 'MARK' | 'SINGLE',
  ): Block {
    const seal = right.seal();
    const conditions = this.#conditions(
      node,
      left.columns,
      seal.columns.map((hash) => atom(digest('right', hash))),
    );
    const value = (operator: string): Term =>
      new CallTerm(operator, [
        atom(seal.rows),
        new CallTerm('parameters', parameters),
        new CallTerm('conditions', conditions, true),
      ]);
    const leftMap = list(node, 'left_projection_map');
    if (type === 'SEMI' || type === 'ANTI') {
      const kept = left.filter([value(type)]);
      return kept.withColumns(pick(kept.columns, leftMap));
    }
    const added =
      type === 'MARK'
        ? [value('MARK')]
        : // One match, or none; several are an error unless a setting says otherwise, so order does not matter.
          pick(seal.columns, list(node, 'right_projection_map')).map((hash) => value(`SINGLE ${hash}`));
    return left.withColumns([...pick(left.columns, leftMap), ...added]);
  }

  /** Any other join: both sides by their hashes. A RIGHT join is the LEFT join of the swapped sides. */
  #opaqueJoin(
    node: PlanNode,
    leftBlock: Block,
    rightBlock: Block,
    parameters: readonly Term[],
    type: string,
  ): Block {
    const left = leftBlock.seal();
    const right = rightBlock.seal();
    const isAsOf = text(node, 'type') === 'LOGICAL_ASOF_JOIN';
    const isSwapped =
      type === 'RIGHT' && !isAsOf && parameters.length === 0 && text(node, 'type') !== 'LOGICAL_DELIM_JOIN';
    const [leftSide, rightSide] = isSwapped ? (['right', 'left'] as const) : (['left', 'right'] as const);
    const leftColumns = side(leftSide, left.columns);
    const rightColumns = side(rightSide, right.columns);
    const memo = relationBlock('', '', []).seal();
    const conditions = this.#conditions(node, leftColumns.map(atom), rightColumns.map(atom)).map((term) =>
      memo.hash(term),
    );
    const rows = digest(
      'opaque join',
      operatorOf(node),
      isSwapped ? 'LEFT' : type,
      isSwapped ? right.rows : left.rows,
      isSwapped ? left.rows : right.rows,
      sortedSet(conditions),
      parameters.map((parameter) => left.hash(parameter)),
      isAsOf ? [left.sequence, right.sequence] : 0,
    );
    const columns = [
      ...pick(leftColumns, list(node, 'left_projection_map')),
      ...(/^(RIGHT_)?(SEMI|ANTI)$/.test(type) ? [] : pick(rightColumns, list(node, 'right_projection_map'))),
    ];
    if (type.startsWith('RIGHT_')) throw new UnknownPlan(`join ${type}`);
    return relationBlock(rows, digest('joined', rows, left.sequence, right.sequence), columns);
  }

  /** Nested UNION ALLs are one, and the order of branches does not matter. */
  #union(blocks: readonly Block[]): Block {
    const seals = blocks.map((block) => block.seal());
    const branches = blocks.flatMap((block, at) => flatBranches(block, seals[at] ?? block.seal()));
    branches.sort((a, b) => compare([a.rows, ...a.columns].join(), [b.rows, ...b.columns].join()));
    const rows = digest(
      'union',
      branches.map((branch) => branch.rows),
    );
    const width = seals[0]?.columns.length ?? 0;
    const columns = Array.from({ length: width }, (_, at) =>
      digest(
        'union column',
        branches.map((branch) => branch.columns[at]),
      ),
    );
    const sequence = digest(
      'appended',
      seals.map((seal) => seal.sequence),
    );
    return relationBlock(rows, sequence, columns, { union: { branches, columns } });
  }

  /** The recursive part is read over two stand-ins: the rows of the round before, and all rows so far. */
  #recursion(node: PlanNode, input: (at: number) => Block): Block {
    const index = integer(node, 'table_index');
    const start = input(0).seal();
    this.#depth++;
    const tag = digest(
      'recursion',
      this.#depth,
      start.rows,
      start.columns,
      withoutNames(node['types'] ?? null),
    );
    const standIn = (name: string): Block =>
      relationBlock(
        digest(name, tag),
        digest(name, tag),
        start.columns.map((_, at) => digest(name, tag, at)),
      );
    this.#ctes.set(cteKey(index), standIn('round before'));
    this.#ctes.set(cteKey(index, true), standIn('all rounds'));
    const round = input(1).seal();
    this.#depth--;
    const hasKey = list(node, 'key_targets').length > 0 || list(node, 'payload_aggregates').length > 0;
    // USING KEY keeps the latest row of a key, so order matters.
    const key = hasKey ? digest(withoutNames(ownParts(node)), start.sequence, round.sequence) : 0;
    const rows = digest('recursive', flag(node, 'union_all'), tag, round.rows, round.columns, key);
    const sequence = digest('recursive', rows, start.sequence, round.sequence);
    const block = relationBlock(
      rows,
      sequence,
      start.columns.map((_, at) => digest('recursive column', rows, at)),
    );
    this.#ctes.set(cteKey(index), block);
    return this.#named(node, block);
  }

  #limit(node: PlanNode, block: Block): Block {
    const seal = block.seal();
    const limits = seal.hash(this.#expressions.read(ownParts(node), block.columns));
    // Without an order, which rows survive may depend on any column that is read.
    if (!block.ordered) this.#expressions.flags.add('order:LIMIT');
    const rows = digest('limit', seal.rows, seal.sequence, block.ordered ? 0 : seal.columns, limits);
    return relationBlock(rows, rows, seal.columns);
  }

  #sample(node: PlanNode, seal: Seal): Block {
    const options = object(node, 'sample_options');
    this.#expressions.flags.add('order:SAMPLE');
    const rows = digest('sample', seal.rows, seal.sequence, seal.columns, withoutNames(options ?? null));
    const seed = options?.['seed'];
    if (typeof seed === 'number' && seed >= 0) return relationBlock(rows, rows, seal.columns);
    this.#expressions.flags.add('volatile:sample');
    const drawn = digest(rows, this.#expressions.token());
    return relationBlock(drawn, drawn, seal.columns);
  }

  #distinct(node: PlanNode, block: Block): Block {
    const seal = block.seal();
    const targets = sortedSet(
      list(node, 'distinct_targets').map((e) => seal.hash(this.#expressions.read(e, block.columns))),
    );
    const all = sortedSet(seal.columns);
    if (text(node, 'distinct_type') === 'DISTINCT' && targets.join() === all.join()) {
      // The same as GROUP BY all columns.
      const rows = digest('groups', seal.rows, all, 0);
      const keys = seal.columns.map((hash) => digest('key', hash));
      return relationBlock(rows, digest('grouped', rows, seal.sequence), keys);
    }
    this.#expressions.flags.add('order:DISTINCT ON');
    const orders = this.#orders(object(node, 'order_by'), seal, block.columns);
    const rows = digest(
      'distinct on',
      text(node, 'distinct_type'),
      seal.rows,
      seal.sequence,
      targets,
      orders,
    );
    return relationBlock(
      rows,
      rows,
      seal.columns.map((hash) => digest('kept', hash)),
    );
  }

  #values(node: PlanNode, block: Block): Block {
    const seal = block.seal();
    const table = list(node, 'expressions').map((row) =>
      Array.isArray(row) ? row.map((e: Json) => seal.hash(this.#expressions.read(e, block.columns))) : [],
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
    return this.#named(node, relationBlock(rows, rows, columns));
  }
}

/**
 * What each operator says that is understood here, or known not to matter (names, and positions that references follow).
 * A property that is not in the list might change the result, so it makes the plan unknown.
 */
const PROPERTIES: Readonly<Record<string, string>> = {
  LOGICAL_AGGREGATE_AND_GROUP_BY:
    'aggregate_index expressions group_index grouping_functions grouping_sets groupings_index groups',
  LOGICAL_ANY_JOIN: 'condition join_type left_projection_map right_projection_map',
  LOGICAL_ASOF_JOIN: 'conditions predicate join_type left_projection_map right_projection_map',
  LOGICAL_COMPARISON_JOIN:
    'conditions predicate join_type mark_index left_projection_map right_projection_map',
  LOGICAL_CROSS_PRODUCT: '',
  LOGICAL_CTE_REF: 'bound_columns chunk_types cte_index is_recurring',
  LOGICAL_DELIM_GET: 'chunk_types',
  LOGICAL_DELIM_JOIN:
    'conditions predicate delim_flipped duplicate_eliminated_columns join_type mark_index mark_types left_projection_map right_projection_map',
  LOGICAL_DISTINCT: 'distinct_targets distinct_type order_by',
  LOGICAL_DUMMY_SCAN: '',
  LOGICAL_EMPTY_RESULT: 'return_types bindings',
  LOGICAL_EXCEPT: 'column_count setop_all',
  LOGICAL_EXPRESSION_GET: 'expr_types expressions',
  LOGICAL_FILTER: 'expressions projection_map',
  LOGICAL_GET:
    'arguments catalog_name column_indexes function_data has_serialize input_table_names input_table_types name named_parameters ' +
    'names ordinality_idx original_arguments parameters projected_input projection_ids returned_types schema_name table_filters',
  LOGICAL_INTERSECT: 'column_count setop_all',
  LOGICAL_LIMIT: 'limit_val offset_val',
  LOGICAL_MATERIALIZED_CTE: 'column_count ctename materialize',
  LOGICAL_ORDER_BY: 'orders projection_map',
  LOGICAL_PIVOT: 'bound_pivot pivot_index',
  LOGICAL_POSITIONAL_JOIN: '',
  LOGICAL_PROJECTION: 'expressions',
  LOGICAL_RECURSIVE_CTE: 'column_count ctename key_targets payload_aggregates types union_all',
  LOGICAL_SAMPLE: 'sample_options',
  LOGICAL_UNION: 'column_count setop_all',
  LOGICAL_UNNEST: 'expressions unnest_index',
  LOGICAL_WINDOW: 'expressions window_index',
};

const KNOWN = new Map(
  Object.entries(PROPERTIES).map(([type, names]) => [
    type,
    new Set(['type', 'children', 'table_index', ...names.split(' ')]),
  ]),
);

function checkProperties(node: PlanNode, type: string): void {
  const known = KNOWN.get(type);
  if (known === undefined) throw new UnknownPlan(`operator ${type}`);
  for (const name in node) if (!known.has(name)) throw new UnknownPlan(`property ${name} of ${type}`);
}

function pick<T>(columns: readonly T[], map: readonly Json[]): readonly T[] {
  const kept = project(columns, map);
  if (kept === undefined) throw new UnknownPlan('projection of a column that is not there');
  return kept;
}

/** Tells rows apart and means nothing else, so that it does not depend on their order. */
function withRowIdentity(block: Block): Block {
  const [relation] = block.relations;
  const hash = digest('row identity');
  return block.withColumns([...block.columns, relation === undefined ? atom(hash) : column(relation, hash)]);
}

function ofTable(
  columns: ReadonlyMap<string, string>,
  relation: Relation | undefined,
  name: string,
): Term | undefined {
  const hash = columns.get(name);
  return hash === undefined || relation === undefined ? undefined : column(relation, hash);
}

function cteKey(index: number, recurring = false): string {
  return recurring ? `all rounds of ${index}` : String(index);
}

function side(name: string, columns: readonly string[]): readonly string[] {
  return columns.map((hash) => digest(name, hash));
}

/** A join with an expression over both sides is the same join; DuckDB chooses the operator by the form of the condition. */
function operatorOf(join: PlanNode): string {
  const type = text(join, 'type');
  return type === 'LOGICAL_ANY_JOIN' ? 'LOGICAL_COMPARISON_JOIN' : type;
}

/** An operator's own settings: LIMIT and OFFSET, keys of a recursion. */
function ownParts(node: PlanNode): JsonObject {
  const { children: _children, table_index: _index, estimated_cardinality: _cardinality, ...rest } = node;
  return rest;
}

function flatBranches(block: Block, seal: Seal): readonly UnionBranch[] {
  const [relation, ...others] = block.relations;
  const union = others.length === 0 && block.conditions.length === 0 ? relation?.union : undefined;
  const places = seal.columns.map((hash) => union?.columns.indexOf(hash) ?? -1);
  if (union === undefined || places.includes(-1)) return [{ rows: seal.rows, columns: seal.columns }];
  return union.branches.map((branch) => ({
    rows: branch.rows,
    columns: places.map((at) => branch.columns[at] ?? ''),
  }));
}

/** `count(1)` counts rows as `count(*)` does. */
function isRowCount(aggregate: JsonObject): boolean {
  const [argument, ...others] = nodes(aggregate, 'children');
  const isCount = text(aggregate, 'name') === 'count' && text(aggregate, 'aggregate_type') === 'NON_DISTINCT';
  if (text(aggregate, 'name') === 'count_star') return true;
  return isCount && argument !== undefined && others.length === 0 && isConstantAndNotNull(argument);
}

function rowCount(aggregate: JsonObject): JsonObject {
  return {
    type: 'BOUND_AGGREGATE',
    name: 'count_star',
    ...(aggregate['aggregate_type'] === undefined ? {} : { aggregate_type: aggregate['aggregate_type'] }),
    ...(aggregate['filter'] === undefined ? {} : { filter: aggregate['filter'] }),
  };
}

function isConstantAndNotNull(expression: JsonObject): boolean {
  if (text(expression, 'type') === 'VALUE_CONSTANT') return !flag(object(expression, 'value'), 'is_null');
  const child = object(expression, 'child');
  const isPlainCast = text(expression, 'type') === 'OPERATOR_CAST' && !flag(expression, 'try_cast');
  return isPlainCast && child !== undefined && isConstantAndNotNull(child);
}

/** Values that compare equal may differ, so that `min` gives whichever came first. */
function isCollated(aggregate: JsonObject): boolean {
  return text(object(object(aggregate, 'return_type'), 'type_info'), 'collation') !== '';
}

function isFreeOfOrder(window: JsonObject): boolean {
  const type = text(window, 'type');
  if (RANKS.has(type)) return true;
  return (
    type === 'WINDOW_AGGREGATE' &&
    UNORDERED.has(text(window, 'name')) &&
    !isCollated(window) &&
    !/ROWS/.test(text(window, 'start') + text(window, 'end')) &&
    text(window, 'exclude_clause') !== 'CURRENT_ROW' &&
    !flag(window, 'distinct') &&
    list(window, 'arg_orders').length === 0
  );
}

/**
 * A scalar subquery is planned as `first(x), count(*)` and an error when there are more rows than one. Returns the
 * aggregate below the projection.
 */
function scalarSubquery(projection: PlanNode): PlanNode | undefined {
  const [aggregate] = nodes(projection, 'children');
  const checked = nodes(projection, 'expressions').every((expression) => {
    const [check] = nodes(expression, 'case_checks');
    return text(expression, 'type') === 'CASE_EXPR' && text(object(check, 'then_expr'), 'name') === 'error';
  });
  const isAggregate =
    text(aggregate, 'type') === 'LOGICAL_AGGREGATE_AND_GROUP_BY' && list(aggregate, 'groups').length === 0;
  const names = nodes(aggregate, 'expressions').map((e) => text(e, 'name'));
  const hasForm = names.at(-1) === 'count_star' && names.slice(0, -1).every((name) => name === 'first');
  return checked && isAggregate && hasForm && isObject(aggregate) ? aggregate : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
