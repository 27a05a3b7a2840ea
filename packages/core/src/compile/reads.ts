/**
 * How much of its inputs a time-range model reads. Columns that carry the time of a scanned row are followed up the
 * plan; a condition that compares one with a bound of the interval cuts the scan.
 *
 * The rule behind every case below: column `c` of a relation carries scan `S` when leaving out rows of `S` of some time
 * `t` changes only rows of the relation in which `c` is `t` (or its day). A condition on `c` then makes those rows of
 * `S` irrelevant. Whatever cannot keep that promise drops the column; reading too much is allowed, too little never.
 */
import type { ReadScope } from './compiled.ts';
import {
  flag,
  integer,
  isObject,
  joinConditions,
  joinType,
  list,
  nodes,
  numberedInput,
  project,
  scannedColumns,
  scannedTable,
  text,
  type Json,
  type PlanNode,
} from './plan-node.ts';
import {
  comparisonsOf,
  timeLiteral,
  TimeBounds,
  type Interval,
  type Precision,
} from './reads/time-bounds.ts';
import {
  addTo,
  carried,
  finer,
  nothing,
  NOTHING,
  referenced,
  timeTypes,
  type Carried,
  type Grain,
  type Scan,
} from './reads/carried.ts';
import { EQUALITIES, JOINS } from './reads/join-rules.ts';

export type { Interval } from './reads/time-bounds.ts';

/** What a relation reads, by the scans below it and by column. */
export interface ReadTrace {
  readonly scans: readonly Scan[];
  /** By position. */
  readonly columns: readonly Carried[];
}

/** What stands behind a table of the plan. */
export type ReadLeaf =
  /** A loaded relation; `timeColumn` as the table spells it, undefined when it has none. */
  | { readonly kind: 'input'; readonly input: string; readonly timeColumn: string | undefined }
  /** A view or embedded model, looked through; `names` of its columns by position. */
  | { readonly kind: 'view'; readonly trace: ReadTrace; readonly names: readonly string[] };

export interface ReadResult {
  readonly trace: ReadTrace;
  /** One entry per input that is read, sorted by input. */
  readonly scopes: readonly ReadScope[];
}

/**
 * Traces a bound plan. `interval` is the one its time macros were rendered with; leave it out for models that are not
 * run by interval (a view's own dates say nothing about the interval of its reader), and nothing is bounded here.
 */
export function traceReads(
  plan: PlanNode,
  leaf: (schema: string, table: string) => ReadLeaf | undefined,
  interval: Interval | undefined,
): ReadResult {
  const trace = new ReadWalk(leaf, interval === undefined ? undefined : new TimeBounds(interval)).trace(plan);
  return { trace, scopes: scopesOf(trace.scans) };
}

const WIDTH = { interval: 0, days: 1, all: 2 } as const;

function scopesOf(scans: readonly Scan[]): readonly ReadScope[] {
  const widest = new Map<string, ReadScope['scope']>();
  for (const scan of scans) {
    const scope = scopeOf(scan);
    const known = widest.get(scan.input);
    if (known === undefined || WIDTH[scope] > WIDTH[known]) widest.set(scan.input, scope);
  }
  return [...widest].map(([input, scope]) => ({ input, scope })).sort((a, b) => (a.input < b.input ? -1 : 1));
}

function scopeOf(scan: Scan): ReadScope['scope'] {
  if (scan.lower === 'none' || scan.upper === 'none') return 'all';
  return scan.lower === 'instant' && scan.upper === 'instant' ? 'interval' : 'days';
}

interface MutableScan extends Scan {
  lower: Precision;
  upper: Precision;
}

class ReadWalk {
  readonly #leaf: (schema: string, table: string) => ReadLeaf | undefined;
  readonly #bounds: TimeBounds | undefined;
  readonly #ctes = new Map<number, ReadTrace>();
  /** Scans made by this walk. Those of a view's trace are shared with others and are copied before they get here. */
  readonly #own = new Map<Scan, MutableScan>();
  /** Something was met whose columns are not known. */
  #isLost = false;

  constructor(leaf: (schema: string, table: string) => ReadLeaf | undefined, bounds: TimeBounds | undefined) {
    this.#leaf = leaf;
    this.#bounds = bounds;
  }

  trace(plan: PlanNode): ReadTrace {
    const trace = this.#operator(plan);
    if (!this.#isLost) return trace;
    // Positions cannot be trusted above something unknown, so nothing that was concluded from them can.
    return {
      scans: trace.scans.map(({ input }) => ({ input, lower: 'none', upper: 'none' })),
      columns: trace.columns.map(() => NOTHING),
    };
  }

  #operator(node: PlanNode): ReadTrace {
    const inputs = nodes(node, 'children');
    const input = (at: number): ReadTrace => {
      const child = inputs[at];
      return child === undefined ? { scans: [], columns: [] } : this.#operator(child);
    };
    switch (text(node, 'type')) {
      case 'LOGICAL_GET':
        return inputs.length === 0 ? this.#scan(node) : this.#tableFunction(node, input(0));
      case 'LOGICAL_PROJECTION': {
        const { scans, columns } = input(0);
        return { scans, columns: list(node, 'expressions').map((e) => carried(e, columns)) };
      }
      case 'LOGICAL_FILTER': {
        const { scans, columns } = input(0);
        for (const condition of list(node, 'expressions')) this.#apply(condition, columns, () => true);
        return { scans, columns: this.#projected(columns, list(node, 'projection_map')) };
      }
      case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
        return aggregated(node, input(0));
      case 'LOGICAL_UNNEST': {
        const { scans, columns } = input(0);
        return { scans, columns: [...columns, ...list(node, 'expressions').map(() => NOTHING)] };
      }
      case 'LOGICAL_CROSS_PRODUCT': {
        const left = input(0);
        const right = input(1);
        return { scans: [...left.scans, ...right.scans], columns: [...left.columns, ...right.columns] };
      }
      case 'LOGICAL_COMPARISON_JOIN':
      case 'LOGICAL_ANY_JOIN':
      case 'LOGICAL_DELIM_JOIN':
      case 'LOGICAL_ASOF_JOIN':
        return this.#join(node, this.#outer(node, input), input(1));
      case 'LOGICAL_UNION': {
        const branches = inputs.map((_, at) => input(at));
        // A row of a scan shows up in its branch alone, so each scan is carried as it is there.
        const columns = (branches[0]?.columns ?? []).map((_, at): Carried => {
          const all = branches.flatMap((b) => [...(b.columns[at] ?? NOTHING)]);
          return all.length === 0 ? NOTHING : new Map(all);
        });
        return { scans: branches.flatMap((branch) => branch.scans), columns };
      }
      case 'LOGICAL_MATERIALIZED_CTE':
        this.#ctes.set(integer(node, 'table_index'), input(0));
        return input(1);
      case 'LOGICAL_CTE_REF': {
        const cte = this.#ctes.get(integer(node, 'cte_index'));
        // Every use bounds a copy of its own; the widest counts in the end.
        return cte === undefined ? this.#lost([]) : this.#copy(cte);
      }
      case 'LOGICAL_RECURSIVE_CTE': {
        const start = input(0);
        const index = integer(node, 'table_index');
        // What a round reads of the rounds before is counted with the start.
        this.#ctes.set(index, { scans: [], columns: start.columns.map(() => NOTHING) });
        const round = input(1);
        const whole: ReadTrace = {
          scans: [...start.scans, ...round.scans],
          columns: start.columns.map(() => NOTHING),
        };
        this.#ctes.set(index, whole);
        return whole;
      }
      case 'LOGICAL_ORDER_BY': {
        const { scans, columns } = input(0);
        return { scans, columns: this.#projected(columns, list(node, 'projection_map')) };
      }
      case 'LOGICAL_DISTINCT': {
        const { scans, columns } = input(0);
        const targets = new Set(list(node, 'distinct_targets').map((target) => referenced(target)));
        const isPlain = text(node, 'distinct_type') === 'DISTINCT';
        return {
          scans,
          columns: columns.map((column, at) => (isPlain && targets.has(at) ? column : NOTHING)),
        };
      }
      case 'LOGICAL_WINDOW': {
        const { scans, columns } = input(0);
        return { scans, columns: nothing(columns.length + list(node, 'expressions').length) };
      }
      case 'LOGICAL_LIMIT':
      case 'LOGICAL_TOP_N':
      case 'LOGICAL_SAMPLE': {
        const { scans, columns } = input(0);
        return { scans, columns: nothing(columns.length) };
      }
      case 'LOGICAL_EXCEPT':
      case 'LOGICAL_INTERSECT': {
        const sides = inputs.map((_, at) => input(at));
        return {
          scans: sides.flatMap((side) => side.scans),
          columns: nothing(sides[0]?.columns.length ?? 0),
        };
      }
      case 'LOGICAL_POSITIONAL_JOIN': {
        const left = input(0);
        const right = input(1);
        return {
          scans: [...left.scans, ...right.scans],
          columns: nothing(left.columns.length + right.columns.length),
        };
      }
      case 'LOGICAL_DUMMY_SCAN':
        return { scans: [], columns: nothing(1) };
      case 'LOGICAL_EXPRESSION_GET':
        return { scans: input(0).scans, columns: nothing(list(node, 'expr_types').length) };
      case 'LOGICAL_DELIM_GET':
        return { scans: [], columns: nothing(list(node, 'chunk_types').length) };
      default:
        return this.#lost(inputs.map((_, at) => input(at)));
    }
  }

  /** The left side of a join; row numbers of DuckDB's own are as good with rows left out. */
  #outer(join: PlanNode, input: (at: number) => ReadTrace): ReadTrace {
    const numbered = numberedInput(join);
    if (numbered === undefined) return input(0);
    const { scans, columns } = this.#operator(numbered);
    return { scans, columns: [...columns, NOTHING] };
  }

  #lost(inputs: readonly ReadTrace[]): ReadTrace {
    this.#isLost = true;
    return { scans: inputs.flatMap((input) => input.scans), columns: [] };
  }

  #projected(columns: readonly Carried[], map: readonly Json[]): readonly Carried[] {
    const kept = project(columns, map);
    if (kept === undefined) this.#isLost = true;
    return kept ?? [];
  }

  #scan(node: PlanNode): ReadTrace {
    const table = scannedTable(node);
    const leaf = table === undefined ? undefined : this.#leaf(table.schema, table.table);
    const trace = leaf?.kind === 'view' ? this.#copy(leaf.trace) : undefined;
    const scan =
      leaf?.kind === 'input' ? this.#newScan({ input: leaf.input, lower: 'none', upper: 'none' }) : undefined;
    const types = timeTypes(node);
    const columns = scannedColumns(node).map(({ name, virtual }): Carried => {
      if (leaf === undefined || virtual || !types.has(name)) return NOTHING;
      if (leaf.kind === 'view') return trace?.columns[leaf.names.indexOf(name)] ?? NOTHING;
      if (scan === undefined || leaf.timeColumn?.toLowerCase() !== name.toLowerCase()) return NOTHING;
      return new Map([[scan, types.get(name) ?? 'timestamp']]);
    });
    const scans = trace?.scans ?? (scan === undefined ? [] : [scan]);
    return { scans, columns: this.#projected(columns, list(node, 'projection_ids')) };
  }

  /** A table function over rows: what it makes carries nothing, what it hands through stays. */
  #tableFunction(node: PlanNode, input: ReadTrace): ReadTrace {
    const made = this.#projected(nothing(list(node, 'column_indexes').length), list(node, 'projection_ids'));
    const passed = list(node, 'projected_input');
    const columns = passed.length === 0 ? made : [...made, ...this.#projected(input.columns, passed)];
    return { scans: input.scans, columns };
  }

  #newScan(scan: Scan): Scan {
    const made: MutableScan = { ...scan };
    this.#own.set(made, made);
    return made;
  }

  /** The same trace with scans of its own. */
  #copy(trace: ReadTrace): ReadTrace {
    const copies = new Map(trace.scans.map((scan) => [scan, this.#newScan(scan)]));
    const columns = trace.columns.map((column) => {
      // Most columns are no times.
      if (column.size === 0) return NOTHING;
      const entries = [...column].map(([scan, grain]): [Scan, Grain] => [copies.get(scan) ?? scan, grain]);
      return new Map(entries);
    });
    return { scans: [...copies.values()], columns };
  }

  #join(node: PlanNode, left: ReadTrace, right: ReadTrace): ReadTrace {
    const rule = JOINS[joinType(node)];
    if (rule === undefined || flag(node, 'delim_flipped')) return this.#lost([left, right]);
    const isAsOf = text(node, 'type') === 'LOGICAL_ASOF_JOIN';
    const leftScans = new Set(left.scans);
    // Rows that fail ON have no partner; that leaves them out only where unmatched rows are left out.
    const isCut = (scan: Scan): boolean => (leftScans.has(scan) ? rule.cutsLeft : rule.cutsRight && !isAsOf);
    const both = [...left.columns, ...right.columns];
    const leftColumns = [...left.columns];
    const rightColumns = [...right.columns];
    for (const condition of joinConditions(node)) {
      if (condition.kind === 'expression') this.#apply(condition.expression, both, isCut);
      else if (!isAsOf && EQUALITIES.has(condition.comparison)) {
        // Where a partner has the same time, a row here is changed only by rows of that time there.
        const one = referenced(condition.left);
        const other = referenced(condition.right);
        if (one !== undefined && rule.leftLearns)
          addTo(leftColumns, one, carried(condition.right, right.columns));
        if (other !== undefined && rule.rightLearns)
          addTo(rightColumns, other, carried(condition.left, left.columns));
      }
    }
    const keptLeft = rule.leftColumns === 'kept' ? leftColumns : nothing(leftColumns.length);
    const keptRight = rule.rightColumns === 'kept' && !isAsOf ? rightColumns : nothing(rightColumns.length);
    return {
      scans: [...left.scans, ...right.scans],
      columns: [
        ...this.#projected(keptLeft, list(node, 'left_projection_map')),
        ...(rule.rightColumns === 'absent'
          ? []
          : this.#projected(keptRight, list(node, 'right_projection_map'))),
        ...(joinType(node) === 'MARK' ? [NOTHING] : []),
      ],
    };
  }

  /** Bounds scans by a condition; `isCut` tells which it leaves rows out of. */
  #apply(condition: Json, columns: readonly Carried[], isCut: (scan: Scan) => boolean): void {
    if (this.#bounds === undefined || !isObject(condition)) return;
    if (text(condition, 'type') === 'CONJUNCTION_AND') {
      for (const part of list(condition, 'children')) this.#apply(part, columns, isCut);
      return;
    }
    for (const { left, operator, right } of comparisonsOf(condition)) {
      const value = timeLiteral(right);
      if (value === undefined) continue;
      for (const [scan, grain] of carried(left, columns)) {
        const own = this.#own.get(scan);
        if (own === undefined || !isCut(scan)) continue;
        const precision = grain === 'date' || value.isDay ? 'day' : 'instant';
        if (this.#bounds.isLower(operator, value)) own.lower = finer(own.lower, precision);
        if (this.#bounds.isUpper(operator, value)) own.upper = finer(own.upper, precision);
      }
    }
  }
}

function aggregated(node: PlanNode, input: ReadTrace): ReadTrace {
  const groups = list(node, 'groups');
  const sets = list(node, 'grouping_sets');
  const [only] = sets;
  // In a subtotal the keys are NULL whatever the time of the rows.
  const isPlain =
    sets.length === 0 || (sets.length === 1 && Array.isArray(only) && only.length === groups.length);
  const values = [...list(node, 'expressions'), ...list(node, 'grouping_functions')];
  return {
    scans: input.scans,
    columns: [
      ...groups.map((e) => (isPlain ? carried(e, input.columns) : NOTHING)),
      ...values.map(() => NOTHING),
    ],
  };
}
