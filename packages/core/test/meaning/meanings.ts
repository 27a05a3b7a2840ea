/** Texts to meanings: many texts at a time, models before those that read them. */
import { createDuckDbBinder } from '../../src/engine/duckdb/duckdb-binder.ts';
import type { Binder } from '../../src/compile/binder.ts';
import { meaningOf, tableLeaf, type Leaf, type LeafMeaning } from '../../src/compile/meaning.ts';
import { outputColumns, parsePlan, type PlanNode } from '../../src/compile/plan-node.ts';
import { TABLES, type Model, type Type } from './grammar/index.ts';

const SQL_TYPES: Readonly<Record<Type, string>> = {
  integer: 'INTEGER',
  text: 'VARCHAR',
  date: 'DATE',
  list: 'INTEGER[]',
};

const COLUMNS = Object.entries(TABLES).map(([name, types]) => ({
  schema: 's',
  name,
  columns: types.map((type, at) => ({ name: `c${at}`, type: SQL_TYPES[type] })),
}));
const LEAVES: ReadonlyMap<string, LeafMeaning> = new Map(
  COLUMNS.map(({ name, columns }) => [name, tableLeaf(name, columns)]),
);

/** What two queries must have in common to mean the same, names and types aside; and what makes them depend on more. */
export interface KnownMeaning {
  readonly identity: string;
  readonly flags: readonly string[];
}

export class Meanings {
  readonly #binder: Binder;

  private constructor(binder: Binder) {
    this.#binder = binder;
  }

  static async open(): Promise<Meanings> {
    const binder = await createDuckDbBinder();
    const failures = await binder.declare(COLUMNS);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    return new Meanings(binder);
  }

  /** Bound plans; undefined for texts that DuckDB does not take. */
  async plans(texts: readonly string[]): Promise<readonly (PlanNode | undefined)[]> {
    const bound = await this.#binder.bind(texts);
    return bound.map((one) => (one.ok ? parsePlan(one.plan) : undefined));
  }

  /** Declares models as tables, inputs before readers; answers what readers see. Models of unknown meaning are left out. */
  async declare(models: readonly Model[]): Promise<Leaf> {
    const leaves = new Map(LEAVES);
    const leaf: Leaf = (_, table) => leaves.get(table);
    for (const layer of layersOf(models)) {
      const plans = await this.plans(layer.map((model) => model.sql));
      const tables = layer.flatMap(({ name }, at) => {
        const plan = plans[at];
        if (plan === undefined) return [];
        const columns = outputColumns(plan);
        const result = meaningOf({ plan, leaf, self: 'm', settings: '' });
        if (result.kind === 'unknown') return [];
        leaves.set(name, { kind: 'block', block: result.block, names: columns.map((column) => column.name) });
        return [{ schema: 's', name, columns }];
      });
      await this.#binder.declare(tables);
    }
    return leaf;
  }

  close(): void {
    this.#binder.close();
  }
}

/** Models in layers: each reads models of earlier layers alone. */
function layersOf(models: readonly Model[]): readonly (readonly Model[])[] {
  const depths = new Map<string, number>();
  const layers: Model[][] = [];
  for (const model of models) {
    const reads = [...model.sql.matchAll(/\bs\.(\w+)/g)].map(([, name = '']) => depths.get(name) ?? -1);
    const depth = 1 + Math.max(-1, ...reads);
    depths.set(model.name, depth);
    (layers[depth] ??= []).push(model);
  }
  return layers;
}

/** Undefined when nothing is known. */
export function knownMeaning(plan: PlanNode, leaf: Leaf = tables): KnownMeaning | undefined {
  const result = meaningOf({ plan, leaf, self: 'm', settings: '' });
  if (result.kind === 'unknown') return undefined;
  const { rows, hashes, flags } = result.meaning;
  return { identity: [rows, ...hashes].join(), flags };
}

const tables: Leaf = (_, table) => LEAVES.get(table);
