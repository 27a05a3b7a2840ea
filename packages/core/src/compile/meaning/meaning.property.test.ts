/**
 * Equal meaning must mean equal rows. Random queries are mutated, some mutations harmless and some not; whenever two of
 * a family have the same meaning and no flags, DuckDB must return the same multiset for both over random small tables.
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { assert, asyncProperty, gen, nat } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDuckDbBinder } from '../../engine/duckdb/duckdb-binder.ts';
import type { Binder } from '../binder.ts';
import { meaningOf, tableLeaf } from '../meaning.ts';
import { parsePlan } from '../plan-node.ts';

const RUNS = Number(process.env['SLUICE_FUZZ_RUNS'] ?? 200);
const DATASETS = 3;

/** All columns are integers, called c0, c1, … in every relation. */
type Relation =
  | { readonly is: 'table'; readonly name: 't' | 'u' }
  | { readonly is: 'filter'; readonly input: Relation; readonly conditions: readonly Condition[] }
  | { readonly is: 'project'; readonly input: Relation; readonly columns: readonly Value[] }
  | {
      readonly is: 'join';
      readonly type: JoinType;
      readonly left: Relation;
      readonly right: Relation;
      readonly on: readonly Condition[];
    }
  | {
      readonly is: 'group';
      readonly input: Relation;
      readonly keys: readonly number[];
      readonly sets: boolean;
      readonly values: readonly Aggregate[];
    }
  | { readonly is: 'distinct'; readonly input: Relation }
  | { readonly is: 'set'; readonly operator: SetOperator; readonly left: Relation; readonly right: Relation }
  | { readonly is: 'rank'; readonly input: Relation; readonly partition: number; readonly order: number }
  | { readonly is: 'top'; readonly input: Relation; readonly rows: number };

type JoinType = (typeof JOIN_TYPES)[number];
const JOIN_TYPES = ['INNER', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI'] as const;
type SetOperator = (typeof SET_OPERATORS)[number];
const SET_OPERATORS = ['UNION ALL', 'UNION', 'EXCEPT', 'EXCEPT ALL', 'INTERSECT', 'INTERSECT ALL'] as const;

type Value =
  | { readonly is: 'column'; readonly at: number }
  | { readonly is: 'constant'; readonly value: number }
  | {
      readonly is: 'call';
      readonly name: '+' | '-' | 'coalesce';
      readonly left: Value;
      readonly right: Value;
    };

type Condition =
  | {
      readonly is: 'compare';
      readonly operator: (typeof COMPARISONS)[number];
      readonly left: Value;
      readonly right: Value;
    }
  | { readonly is: 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly is: 'not'; readonly input: Condition }
  | { readonly is: 'null'; readonly input: Value }
  | {
      readonly is: 'in';
      readonly input: Value;
      readonly relation: Relation;
      readonly correlated: number | undefined;
    };
const COMPARISONS = ['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM'] as const;

interface Aggregate {
  readonly name: 'sum' | 'count' | 'min' | 'count(DISTINCT' | 'sum FILTER';
  readonly at: number;
}
const AGGREGATES = ['sum', 'count', 'min', 'count(DISTINCT', 'sum FILTER'] as const;

/** Random choices, kept by fast-check. */
interface Chooser {
  upTo(max: number): number;
  of<T>(choices: readonly [T, ...T[]] | readonly T[]): T;
  chance(percent: number): boolean;
}

function widthOf(relation: Relation): number {
  switch (relation.is) {
    case 'table':
      return relation.name === 't' ? 3 : 2;
    case 'filter':
    case 'distinct':
    case 'top':
      return widthOf(relation.input);
    case 'project':
      return relation.columns.length;
    case 'join':
      return widthOf(relation.left) + (isHalf(relation.type) ? 0 : widthOf(relation.right));
    case 'group':
      return relation.keys.length + relation.values.length;
    case 'set':
      return Math.min(widthOf(relation.left), widthOf(relation.right));
    case 'rank':
      return widthOf(relation.input) + 1;
    default:
      return relation satisfies never;
  }
}

function isHalf(type: JoinType): boolean {
  return type === 'SEMI' || type === 'ANTI';
}

// --- making queries

function makeRelation(choose: Chooser, depth: number): Relation {
  if (depth === 0) return { is: 'table', name: choose.of(['t', 'u'] as const) };
  const input = makeRelation(choose, depth - 1);
  const width = widthOf(input);
  switch (
    choose.of([
      'filter',
      'filter',
      'project',
      'join',
      'join',
      'join',
      'group',
      'distinct',
      'set',
      'rank',
      'top',
    ] as const)
  ) {
    case 'filter':
      return { is: 'filter', input, conditions: many(choose, 2, () => makeCondition(choose, width, depth)) };
    case 'project':
      return { is: 'project', input, columns: many(choose, 3, () => makeValue(choose, width, 1)) };
    case 'join': {
      const right = makeRelation(choose, choose.upTo(depth - 1));
      const both = width + widthOf(right);
      const on = many(choose, 2, () => makeCondition(choose, both, 0));
      return { is: 'join', type: choose.of(JOIN_TYPES), left: input, right, on };
    }
    case 'group':
      return {
        is: 'group',
        input,
        keys: choose.chance(20) ? [] : many(choose, 2, () => choose.upTo(width - 1)),
        sets: choose.chance(25),
        values: many(choose, 2, () => ({ name: choose.of(AGGREGATES), at: choose.upTo(width - 1) })),
      };
    case 'distinct':
      return { is: 'distinct', input };
    case 'set':
      return {
        is: 'set',
        operator: choose.of(SET_OPERATORS),
        left: input,
        right: makeRelation(choose, choose.upTo(depth - 1)),
      };
    case 'rank':
      return { is: 'rank', input, partition: choose.upTo(width - 1), order: choose.upTo(width - 1) };
    default:
      return { is: 'top', input, rows: 1 + choose.upTo(3) };
  }
}

function many<T>(choose: Chooser, most: number, make: () => T): readonly T[] {
  return Array.from({ length: 1 + choose.upTo(most - 1) }, make);
}

function makeValue(choose: Chooser, width: number, depth: number): Value {
  if (depth > 0 && choose.chance(40)) {
    const name = choose.of(['+', '-', 'coalesce'] as const);
    return {
      is: 'call',
      name,
      left: makeValue(choose, width, depth - 1),
      right: makeValue(choose, width, depth - 1),
    };
  }
  return choose.chance(75)
    ? { is: 'column', at: choose.upTo(width - 1) }
    : { is: 'constant', value: choose.upTo(2) };
}

function makeCondition(choose: Chooser, width: number, depth: number): Condition {
  const kind = choose.upTo(9);
  if (kind === 0)
    return { is: 'or', left: makeCondition(choose, width, 0), right: makeCondition(choose, width, 0) };
  if (kind === 1) return { is: 'not', input: makeCondition(choose, width, 0) };
  if (kind === 2) return { is: 'null', input: makeValue(choose, width, 0) };
  if (kind === 3 && depth > 0) {
    const correlated = choose.chance(50) ? choose.upTo(width - 1) : undefined;
    return {
      is: 'in',
      input: makeValue(choose, width, 0),
      relation: makeRelation(choose, choose.upTo(1)),
      correlated,
    };
  }
  return {
    is: 'compare',
    operator: choose.of(COMPARISONS),
    left: makeValue(choose, width, 1),
    right: makeValue(choose, width, 0),
  };
}

// --- changing them

/** Changes one place: at the root or somewhere below. */
function mutate(choose: Chooser, relation: Relation): Relation {
  if (relation.is !== 'table' && choose.chance(55)) return mutateBelow(choose, relation);
  const width = widthOf(relation);
  const columns = Array.from({ length: width }, (_, at): Value => ({ is: 'column', at }));
  switch (choose.upTo(5)) {
    case 0:
      return { is: 'project', input: relation, columns };
    case 1:
      return { is: 'filter', input: relation, conditions: [makeCondition(choose, width, 0)] };
    case 2: {
      // A detour: something is computed and not read.
      const wider: Relation = {
        is: 'project',
        input: relation,
        columns: [...columns, makeValue(choose, width, 1)],
      };
      return { is: 'project', input: wider, columns };
    }
    case 3:
      return { is: 'distinct', input: relation };
    default:
      return mutateHere(choose, relation);
  }
}

function mutateBelow(choose: Chooser, relation: Relation): Relation {
  switch (relation.is) {
    case 'table':
      return relation;
    case 'join':
    case 'set': {
      const side = choose.of(['left', 'right'] as const);
      const changed = { ...relation, [side]: mutate(choose, relation[side]) };
      // Conditions count columns, so a side must keep its width.
      return widthOf(changed[side]) === widthOf(relation[side]) ? changed : relation;
    }
    default: {
      const input = mutate(choose, relation.input);
      return widthOf(input) === widthOf(relation.input) ? { ...relation, input } : relation;
    }
  }
}

function mutateHere(choose: Chooser, relation: Relation): Relation {
  switch (relation.is) {
    case 'table':
      return relation;
    case 'filter': {
      const { input, conditions } = relation;
      const [first, ...others] = conditions;
      if (input.is === 'filter' && choose.chance(40))
        return { ...input, conditions: [...conditions, ...input.conditions] };
      if (input.is === 'project' && choose.chance(60)) {
        // The filter goes below the projection, with what the columns stand for.
        const below: Relation = {
          is: 'filter',
          input: input.input,
          conditions: conditions.map((c) => substitute(c, input.columns)),
        };
        return { ...input, input: below };
      }
      if (input.is === 'join' && choose.chance(60) && !isHalf(input.type))
        return { ...input, on: [...input.on, ...conditions] };
      if (first === undefined || choose.chance(50))
        return { ...relation, conditions: conditions.toReversed() };
      return { ...relation, conditions: [mutateCondition(choose, first, widthOf(input)), ...others] };
    }
    case 'project': {
      const [first, ...others] = relation.columns;
      return first === undefined
        ? relation
        : { ...relation, columns: [mutateValue(choose, first, widthOf(relation.input)), ...others] };
    }
    case 'join': {
      const { left, right, on } = relation;
      if (choose.chance(35))
        return {
          ...relation,
          type: choose.of(JOIN_TYPES.filter((type) => isHalf(type) === isHalf(relation.type))),
        };
      if (choose.chance(60) && !isHalf(relation.type)) return swapSides(relation);
      if (choose.chance(50)) return { ...relation, on: on.toReversed() };
      const whole: Relation = { ...relation, on: [{ is: 'compare', operator: '=', left: ONE, right: ONE }] };
      return relation.type === 'INNER'
        ? { is: 'filter', input: whole, conditions: on }
        : { ...relation, left: right, right: left };
    }
    case 'group':
      if (choose.chance(40)) return { ...relation, sets: !relation.sets };
      return { ...relation, values: relation.values.map(({ at }) => ({ name: choose.of(AGGREGATES), at })) };
    case 'distinct':
      return {
        is: 'group',
        input: relation.input,
        keys: Array.from({ length: widthOf(relation.input) }, (_, at) => at),
        sets: false,
        values: [],
      };
    case 'set':
      if (choose.chance(50) && widthOf(relation.left) === widthOf(relation.right)) {
        return { ...relation, left: relation.right, right: relation.left };
      }
      return { ...relation, operator: choose.of(SET_OPERATORS) };
    case 'rank':
      return choose.chance(50)
        ? { ...relation, order: relation.partition }
        : { ...relation, partition: relation.order };
    case 'top':
      return { ...relation, rows: 1 + choose.upTo(3) };
    default:
      return relation satisfies never;
  }
}

const ONE: Value = { is: 'constant', value: 1 };

/** The same join written the other way round, with its columns put back in order. */
function swapSides(join: Extract<Relation, { is: 'join' }>): Relation {
  const left = widthOf(join.left);
  const right = widthOf(join.right);
  const moved = (at: number): Value => ({ is: 'column', at: at < left ? at + right : at - left });
  const columns = Array.from({ length: left + right }, (_, at) => moved(at));
  const type = join.type === 'LEFT' ? 'RIGHT' : join.type === 'RIGHT' ? 'LEFT' : join.type;
  const swapped: Relation = {
    is: 'join',
    type,
    left: join.right,
    right: join.left,
    on: join.on.map((c) => substitute(c, columns)),
  };
  return { is: 'project', input: swapped, columns };
}

function substitute(condition: Condition, columns: readonly Value[]): Condition {
  const value = (given: Value): Value => substituteValue(given, columns);
  switch (condition.is) {
    case 'compare':
      return { ...condition, left: value(condition.left), right: value(condition.right) };
    case 'or':
      return {
        ...condition,
        left: substitute(condition.left, columns),
        right: substitute(condition.right, columns),
      };
    case 'not':
      return { ...condition, input: substitute(condition.input, columns) };
    case 'null':
      return { ...condition, input: value(condition.input) };
    case 'in': {
      const seen = condition.correlated === undefined ? undefined : columns[condition.correlated];
      return {
        ...condition,
        input: value(condition.input),
        correlated: seen?.is === 'column' ? seen.at : undefined,
      };
    }
    default:
      return condition satisfies never;
  }
}

function substituteValue(value: Value, columns: readonly Value[]): Value {
  if (value.is === 'column') return columns[value.at] ?? value;
  if (value.is === 'constant') return value;
  return {
    ...value,
    left: substituteValue(value.left, columns),
    right: substituteValue(value.right, columns),
  };
}

function mutateCondition(choose: Chooser, condition: Condition, width: number): Condition {
  switch (condition.is) {
    case 'compare':
      if (choose.chance(40)) return { ...condition, operator: choose.of(COMPARISONS) };
      if (choose.chance(40)) return { ...condition, left: condition.right, right: condition.left };
      return { is: 'not', input: condition };
    case 'or':
      return choose.chance(50)
        ? { ...condition, left: condition.right, right: condition.left }
        : condition.left;
    case 'not':
      return condition.input;
    case 'in':
      return { ...condition, relation: mutateHere(choose, condition.relation), correlated: undefined };
    default:
      return makeCondition(choose, width, 0);
  }
}

function mutateValue(choose: Chooser, value: Value, width: number): Value {
  if (value.is === 'call' && choose.chance(60)) return { ...value, left: value.right, right: value.left };
  return makeValue(choose, width, 1);
}

// --- writing them

function values(columns: readonly string[]): string {
  return columns.map((column, at) => `${column} AS c${at}`).join(', ');
}

function columnsOf(name: string, width: number): readonly string[] {
  return Array.from({ length: width }, (_, at) => `${name}.c${at}`);
}

/** SQL of a query over tables of the schema `s`; `style` picks among ways to write the same. */
function sqlOf(relation: Relation, style: Chooser): string {
  let aliases = 0;
  const alias = (): string => `q${aliases++}`;
  const value = (given: Value, columns: readonly string[]): string => {
    if (given.is === 'column') return columns[given.at] ?? 'NULL';
    if (given.is === 'constant') return String(given.value);
    const [left, right] = [value(given.left, columns), value(given.right, columns)];
    return given.name === 'coalesce'
      ? `coalesce(${left}, ${right})`
      : `(${left} ${given.name} ${right})::INTEGER`;
  };
  const condition = (given: Condition, columns: readonly string[]): string => {
    switch (given.is) {
      case 'compare':
        return `${value(given.left, columns)} ${given.operator} ${value(given.right, columns)}`;
      case 'or':
        return `(${condition(given.left, columns)} OR ${condition(given.right, columns)})`;
      case 'not':
        return `NOT (${condition(given.input, columns)})`;
      case 'null':
        return `${value(given.input, columns)} IS NULL`;
      case 'in': {
        const name = alias();
        const seen = given.correlated === undefined ? undefined : columns[given.correlated];
        const where = seen === undefined ? '' : ` WHERE ${name}.c1 = ${seen}`;
        const from = widthOf(given.relation) > 1 ? where : '';
        return `${value(given.input, columns)} IN (SELECT ${name}.c0 FROM ${write(given.relation)} ${name}${from})`;
      }
      default:
        return given satisfies never;
    }
  };
  const all = (conditions: readonly Condition[], columns: readonly string[]): string =>
    conditions.map((one) => `(${condition(one, columns)})`).join(' AND ');

  /** A relation as something FROM can name. */
  const write = (given: Relation): string => {
    switch (given.is) {
      case 'table':
        return style.chance(50) ? `s.${given.name}` : `(FROM s.${given.name})`;
      case 'filter': {
        const name = alias();
        return `(SELECT * FROM ${write(given.input)} ${name} WHERE ${all(given.conditions, columnsOf(name, widthOf(given.input)))})`;
      }
      case 'project': {
        const name = alias();
        const columns = columnsOf(name, widthOf(given.input));
        return `(SELECT ${values(given.columns.map((one) => value(one, columns)))} FROM ${write(given.input)} ${name})`;
      }
      case 'join': {
        const [left, right] = [alias(), alias()];
        const sides = [write(given.left), write(given.right)];
        const leftColumns = columnsOf(left, widthOf(given.left));
        const both = [...leftColumns, ...columnsOf(right, widthOf(given.right))];
        const out = values(isHalf(given.type) ? leftColumns : both);
        const on = all(given.on, both);
        return given.type === 'INNER' && style.chance(50)
          ? `(SELECT ${out} FROM ${sides[0]} ${left}, ${sides[1]} ${right} WHERE ${on})`
          : `(SELECT ${out} FROM ${sides[0]} ${left} ${given.type} JOIN ${sides[1]} ${right} ON ${on})`;
      }
      case 'group': {
        const name = alias();
        const columns = columnsOf(name, widthOf(given.input));
        const keys = given.keys.map((at) => columns[at] ?? 'NULL');
        const aggregates = given.values.map(({ name: function_, at }) => {
          if (function_ === 'count(DISTINCT') return `count(DISTINCT ${columns[at]})::INTEGER`;
          if (function_ === 'sum FILTER')
            return `(sum(${columns[at]}) FILTER (WHERE ${columns[0]} > 0))::INTEGER`;
          return `${function_}(${columns[at]})::INTEGER`;
        });
        const unique = [...new Set(keys)];
        const by =
          unique.length === 0
            ? ''
            : given.sets
              ? ` GROUP BY ROLLUP (${unique.join(', ')})`
              : ` GROUP BY ${unique.join(', ')}`;
        return `(SELECT ${values([...keys, ...aggregates])} FROM ${write(given.input)} ${name}${by})`;
      }
      case 'distinct':
        return `(SELECT DISTINCT * FROM ${write(given.input)} ${alias()})`;
      case 'set': {
        const width = widthOf(given);
        const side = (one: Relation): string => {
          const name = alias();
          return `(SELECT ${columnsOf(name, width).join(', ')} FROM ${write(one)} ${name})`;
        };
        return `(${side(given.left)} ${given.operator} ${side(given.right)})`;
      }
      case 'rank': {
        const name = alias();
        const columns = columnsOf(name, widthOf(given.input));
        const rank = `(rank() OVER (PARTITION BY ${columns[given.partition]} ORDER BY ${columns[given.order]}))::INTEGER`;
        return `(SELECT ${values([...columns, rank])} FROM ${write(given.input)} ${name})`;
      }
      case 'top': {
        const name = alias();
        const columns = columnsOf(name, widthOf(given.input));
        return `(SELECT * FROM ${write(given.input)} ${name} ORDER BY ${columns.join(', ')} LIMIT ${given.rows})`;
      }
      default:
        return given satisfies never;
    }
  };
  const body = write(relation);
  return style.chance(30)
    ? `WITH final AS MATERIALIZED (SELECT * FROM ${body}) SELECT * FROM final`
    : `SELECT * FROM ${body}`;
}

// --- comparing them

const T = ['c0', 'c1', 'c2'].map((name) => ({ name, type: 'INTEGER' }));
const U = ['c0', 'c1'].map((name) => ({ name, type: 'INTEGER' }));
const LEAVES = new Map([
  ['t', tableLeaf('t', T)],
  ['u', tableLeaf('u', U)],
]);

let binder: Binder;
let duckdb: DuckDBConnection;

beforeAll(async () => {
  binder = await createDuckDbBinder();
  await binder.declare([
    { schema: 's', name: 't', columns: T },
    { schema: 's', name: 'u', columns: U },
  ]);
  duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  for (let i = 0; i < DATASETS; i++) {
    // Few rows, few values, many NULLs and duplicates; in the last data set one table is empty.
    const cell = (seed: number): string => `nullif(hash(r, ${seed + 10 * i}) % 4, 3)::INTEGER`;
    await duckdb.run(`CREATE SCHEMA d${i}`);
    await duckdb.run(
      `CREATE TABLE d${i}.t AS SELECT ${cell(0)} AS c0, ${cell(1)} AS c1, ${cell(2)} AS c2 FROM range(7) q(r)`,
    );
    const rows = i === DATASETS - 1 ? 0 : 5;
    await duckdb.run(
      `CREATE TABLE d${i}.u AS SELECT ${cell(3)} AS c0, ${cell(4)} AS c1 FROM range(${rows}) q(r)`,
    );
  }
});

afterAll(() => {
  binder.close();
  duckdb.closeSync();
});

/** The query's rows over one data set, in an order of their own. */
async function rowsOf(text: string, dataset: number): Promise<string> {
  const reader = await duckdb.runAndReadAll(text.replaceAll(/\bs\.(?=[tu]\b)/g, `d${dataset}.`));
  return reader
    .getRows()
    .map((row) => row.join())
    .sort()
    .join(' ');
}

async function meaningsOf(texts: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const families = new Map<string, string[]>();
  for (const [i, bound] of (await binder.bind(texts)).entries()) {
    const text = texts[i] ?? '';
    // Deep nests of outer joins and correlated subqueries are not all supported by DuckDB.
    if (!bound.ok) continue;
    const result = meaningOf({
      plan: parsePlan(bound.plan),
      leaf: (_, table) => LEAVES.get(table),
      self: 'm',
      settings: '',
    });
    if (result.kind === 'unknown' || result.meaning.flags.length > 0) continue;
    const key = JSON.stringify([result.meaning.rows, result.meaning.hashes]);
    families.set(key, [...(families.get(key) ?? []), text]);
  }
  return families;
}

test(`queries of equal meaning return equal rows (${RUNS} families)`, { timeout: 600_000 }, async () => {
  let compared = 0;
  let queries = 0;
  await assert(
    asyncProperty(gen(), async (g) => {
      const choose: Chooser = {
        upTo: (max) => g(nat, { max: Math.max(0, max) }),
        of: <U>(choices: readonly U[]): U => {
          const chosen = choices[g(nat, { max: choices.length - 1 })];
          if (chosen === undefined) throw new Error('nothing to choose from');
          return chosen;
        },
        chance: (percent) => g(nat, { max: 99 }) < percent,
      };
      const family = [makeRelation(choose, 1 + choose.upTo(2))];
      for (let i = 0; i < 12; i++) family.push(mutate(choose, choose.of(family)));
      const texts = [...new Set(family.map((relation) => sqlOf(relation, choose)))];
      queries += texts.length;
      for (const [, same] of await meaningsOf(texts)) {
        const [first, ...others] = same;
        if (first === undefined || others.length === 0) continue;
        for (let dataset = 0; dataset < DATASETS; dataset++) {
          const expected = await rowsOf(first, dataset);
          for (const other of others) {
            compared++;
            expect(await rowsOf(other, dataset), `${first}\n${other}\nover d${dataset}`).toBe(expected);
          }
        }
      }
    }),
    {
      numRuns: RUNS,
      ...(process.env['SLUICE_FUZZ_SEED'] === undefined
        ? {}
        : { seed: Number(process.env['SLUICE_FUZZ_SEED']) }),
    },
  );
  // Enough of the pairs are equal for the test to mean something.
  expect(compared / DATASETS).toBeGreaterThan(RUNS);
  expect(queries).toBeGreaterThan(RUNS * 5);
  if (process.env['SLUICE_FUZZ_RUNS'] !== undefined)
    process.stdout.write(`${queries} queries, ${compared / DATASETS} equal pairs\n`);
});
