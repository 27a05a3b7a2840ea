/** Random queries over three small tables, as answers of a tree of choices. */
import { Choices, type Branch } from '../choice-tree.ts';
import type { Random } from '../random.ts';
import { condition } from './condition.ts';
import { Query, type Model, type QueryOptions, type Rules } from './query.ts';
import { relation, type Operator } from './relation.ts';
import { exists, membership, scalarSubquery } from './subquery.ts';
import { value } from './value.ts';

const RULES: Rules = { relation, value, condition, exists, membership, scalarSubquery };

export { TABLES, type Operator } from './relation.ts';
export type { Model, Type } from './query.ts';

export interface Written {
  readonly tree: Branch;
  readonly sql: string;
  /** Inputs first. */
  readonly models: readonly Model[];
}

export function writeQuery(
  random: Random,
  tree: Branch | undefined,
  options: QueryOptions & { readonly restyle?: boolean; readonly first?: Operator | undefined },
): Written {
  const choices = new Choices(random, tree, options.restyle);
  const query = new Query(choices, RULES, options);
  const { sql } = relation(
    query,
    Math.min(options.deepest, query.of('depth', [1, 2, 1, 2, 1, 2, 3])),
    options.first,
  );
  return { tree: choices.tree, sql, models: query.models };
}
