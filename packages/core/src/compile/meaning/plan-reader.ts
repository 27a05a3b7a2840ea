/** From a bound plan to a block: one rule per operator, from the leaves up. */
import {
  flag,
  integer,
  isObject,
  list,
  nodes,
  numberedInput,
  object,
  text,
  type Json,
  type JsonObject,
  type PlanNode,
} from '../plan-node.ts';
import { cross, relationBlock, type Block } from './block.ts';
import type { Correlation } from './correlation.ts';
import { digest } from './digest.ts';
import { UnknownPlan, withoutNames, type ExpressionReader } from './expression-reader.ts';
import { distinct, window, ordersOf } from './group-rules.ts';
import { aggregateFor } from './independent-groups.ts';
import { join } from './join-rules.ts';
import type { Leaf } from './leaf.ts';
import { limit, sample } from './limit-rules.ts';
import { pick, ownParts, readAll, named, side } from './plan-parts.ts';
import { checkProperties } from './plan-properties.ts';
import { guardedFirsts } from './scalar-subquery.ts';
import { scan, tableFunction, values } from './scan-rules.ts';
import { union, setOperation } from './set-rules.ts';
import { keysOf, settledBy } from './settled.ts';
import { sortedSet } from './sorted-set.ts';
import { CallTerm, column, type Term } from './term.ts';

export class PlanReader {
  readonly #leaf: Leaf;
  readonly #expressions: ExpressionReader;
  readonly #ctes = new Map<string, Block>();
  /** `first(x)` of scalar subqueries: there is one row at most. */
  readonly #guarded = new Set<JsonObject>();
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
        return inputs.length === 0
          ? scan(this.#expressions, this.#leaf, node)
          : tableFunction(this.#expressions, node, input(0).seal());
      case 'LOGICAL_PROJECTION': {
        for (const first of guardedFirsts(node)) this.#guarded.add(first);
        return this.#projection(node, input(0));
      }
      case 'LOGICAL_FILTER': {
        const block = input(0);
        const kept = block.filter(readAll(this.#expressions, list(node, 'expressions'), block.columns));
        return kept.withColumns(pick(kept.columns, list(node, 'projection_map')));
      }
      case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
        return aggregateFor(correlation, this.#expressions, node, input(0), (given) =>
          this.#guarded.has(given),
        );
      case 'LOGICAL_WINDOW':
        return window(this.#expressions, node, input(0));
      case 'LOGICAL_UNNEST': {
        const block = input(0);
        const terms = readAll(this.#expressions, list(node, 'expressions'), block.columns);
        const seal = block.sealFor(terms);
        const lists = terms.map((term) => seal.hash(term));
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
        return join(this.#expressions, node, input(0), input(1), { correlation });
      case 'LOGICAL_DELIM_JOIN': {
        if (flag(node, 'delim_flipped')) throw new UnknownPlan('flipped correlated join');
        const numbered = numberedInput(node);
        const left =
          numbered === undefined ? input(0) : withRowIdentity(this.#operator(numbered, correlation));
        const seen = readAll(this.#expressions, list(node, 'duplicate_eliminated_columns'), left.columns);
        const { terms, ranks } = ranked(left, seen);
        // The number of a row is the last of its columns.
        const number = numbered === undefined ? undefined : left.columns.at(-1);
        const numberAt = seen.findIndex((term) => term === number);
        this.#depth++;
        const rows = digest('correlated', this.#depth, terms.length);
        const numbers = new Set<string>();
        const right = input(1, { rows, columns: new Set(), numbers, numberAt, ranks, groups: new Map() });
        this.#depth--;
        return join(this.#expressions, node, left, right, { parameters: { terms, rows, numbers } });
      }
      case 'LOGICAL_DELIM_GET': {
        if (correlation === undefined) throw new UnknownPlan('correlated columns without a join');
        const { rows, ranks, numberAt } = correlation;
        const columns = list(node, 'chunk_types').map((chunk, at) =>
          digest('parameter', rows, ranks[at] ?? at, withoutCollation(chunk)),
        );
        for (const hash of columns) correlation.columns.add(hash);
        const number = columns[numberAt];
        if (number !== undefined) correlation.numbers.add(number);
        return named(this.#expressions, node, relationBlock(rows, rows, columns));
      }
      case 'LOGICAL_UNION':
        // UNION is planned as UNION ALL below a DISTINCT.
        if (node['setop_all'] === false) throw new UnknownPlan('UNION that removes duplicates by itself');
        return union(inputs.map((_, at) => input(at)));
      case 'LOGICAL_EXCEPT':
      case 'LOGICAL_INTERSECT':
        return setOperation(
          node,
          inputs.map((_, at) => input(at).seal()),
        );
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
        const isTotal = block.columns.every(settledBy(keysOf(node), block.columns, seal.hash));
        const sequence = digest(
          'ordered',
          isTotal ? 0 : seal.sequence,
          ordersOf(this.#expressions, node, seal, block.columns),
        );
        return block.inOrder(sequence, pick(block.columns, list(node, 'projection_map')));
      }
      case 'LOGICAL_LIMIT':
        return limit(this.#expressions, node, input(0));
      case 'LOGICAL_SAMPLE':
        return sample(this.#expressions, node, input(0).seal());
      case 'LOGICAL_DISTINCT':
        return distinct(this.#expressions, node, input(0));
      case 'LOGICAL_DUMMY_SCAN':
        return named(this.#expressions, node, relationBlock('one row', 'one row', ['nothing']));
      case 'LOGICAL_EXPRESSION_GET':
        return values(
          this.#expressions,
          node,
          inputs.length === 0 ? relationBlock('one row', 'one row', []) : input(0),
        );
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

  #projection(node: PlanNode, block: Block): Block {
    return named(
      this.#expressions,
      node,
      block.withColumns(readAll(this.#expressions, list(node, 'expressions'), block.columns)),
    );
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
    return named(this.#expressions, node, block);
  }
}

/** The values a correlated subquery sees, each once and in an order of their own; `ranks` says where each column went. */
function ranked(
  left: Block,
  columns: readonly Term[],
): { readonly terms: readonly Term[]; readonly ranks: readonly number[] } {
  const seal = left.sealFor(columns);
  const hashes = columns.map((term) => seal.hash(term));
  const sorted = sortedSet(hashes);
  return {
    terms: sorted.flatMap((hash) => columns[hashes.indexOf(hash)] ?? []),
    ranks: hashes.map((hash) => sorted.indexOf(hash)),
  };
}

/** Tells rows apart and means nothing else, so that it depends neither on their order nor on that of what they are joined of. */
function withRowIdentity(block: Block): Block {
  const hash = digest('row identity');
  const parts = block.relations.map((relation) => column(relation, hash));
  return block.withColumns([...block.columns, new CallTerm('row identity', parts, true)]);
}

/**
 * A correlated column has the type of the expression that mentions it first, with a collation perhaps; comparisons have theirs as
 * functions in the plan, so that it means nothing there.
 */
function withoutCollation(type: Json): Json {
  return isObject(type) && type['id'] === 'VARCHAR' ? { id: 'VARCHAR' } : type;
}

function cteKey(index: number, recurring = false): string {
  return recurring ? `all rounds of ${index}` : String(index);
}
