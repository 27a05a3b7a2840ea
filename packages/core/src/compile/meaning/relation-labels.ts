/**
 * Labels for the relations of a block: the identity, and a number among instances of the same. Instances are numbered by
 * the part they have in the conditions, so that the two sides of a self-join get the same labels however it is written.
 *
 * Any numbering is sound, since hashes cover everything under its labels; a poor one makes equal queries look different.
 */
import { digest } from './digest.ts';
import { sortedSet } from './sorted-set.ts';
import { hashTerm, identityOf, type CallTerm, type Label, type Relation, type Term } from './term.ts';

/** How far an instance sees: what it is joined with, what that is joined with, and so on. */
const ROUNDS = 3;

export interface RelationLabels {
  readonly label: Label;
  /** Some instances could not be told apart, and are numbered as they stand. */
  readonly tied: boolean;
}

/** What is computed tells apart what conditions cannot, and `columns` what that cannot. */
export function labelRelations(
  relations: readonly Relation[],
  conditions: readonly Term[],
  computed: readonly Term[],
  columns: readonly Term[],
): RelationLabels {
  const all = [...conditions, ...relations.flatMap((relation) => relation.on ?? [])];
  const identities = relations.map(identityOf);
  let roles = new Map(relations.map((relation) => [relation, relation.rows]));
  const own = (at: number): string => identities[at] ?? '';
  const isAlone = (at: number): boolean => identities.indexOf(own(at)) === identities.lastIndexOf(own(at));
  const isTied = (): boolean => {
    const seen = relations.map((relation, at) => `${own(at)} ${roles.get(relation)}`);
    return new Set(seen).size < seen.length;
  };
  const refine = (role: (relation: Relation, label: Label) => string): void => {
    const before = roles;
    roles = new Map(
      relations.map((relation, at) => {
        const label: Label = (other) =>
          other === relation ? 'this' : `other ${before.get(other) ?? other.rows}`;
        return [relation, isAlone(at) ? relation.rows : role(relation, label)];
      }),
    );
  };
  const inConditions = (_: Relation, label: Label): string => {
    const memo = new Map<CallTerm, string>();
    return sortedSet(all.map((condition) => hashTerm(condition, label, memo))).join();
  };
  const further = (relation: Relation, label: Label): string =>
    digest('role', roles.get(relation), inConditions(relation, label));
  refine(inConditions);
  for (let round = 1; round < ROUNDS && isTied(); round++) refine(further);
  // Which place a column has is the last thing to tell instances apart: below other operators it means nothing.
  const parts = [
    { terms: computed, isOrdered: false },
    { terms: columns, isOrdered: false },
    { terms: computed, isOrdered: true },
    { terms: columns, isOrdered: true },
  ];
  for (const { terms, isOrdered } of parts) {
    if (terms.length === 0 || !isTied()) continue;
    // What is told apart already keeps its order: only those that are tied are told apart by what may be there unread.
    const settled = roles;
    const within = (relation: Relation, role: string): string => `${settled.get(relation)} ${role}`;
    refine((relation, label) => {
      const memo = new Map<CallTerm, string>();
      const hashes = terms.map((term) => hashTerm(term, label, memo));
      return within(relation, digest('role', isOrdered ? hashes : sortedSet(hashes)));
    });
    const rounds = isOrdered ? 1 : ROUNDS;
    for (let round = 1; round < rounds && isTied(); round++)
      refine((relation, label) => within(relation, further(relation, label)));
  }
  return { label: numbered(relations, identities, roles), tied: isTied() };
}

function numbered(
  relations: readonly Relation[],
  identities: readonly string[],
  roles: ReadonlyMap<Relation, string>,
): Label {
  const ranked = relations.map((relation, at) => ({
    relation,
    own: identities[at] ?? '',
    role: roles.get(relation) ?? '',
  }));
  ranked.sort((a, b) => compare(a.own, b.own) || compare(a.role, b.role));
  const numbers = new Map<string, number>();
  const byRelation = new Map<Relation, string>();
  for (const { relation, own } of ranked) {
    const number = numbers.get(own) ?? 0;
    numbers.set(own, number + 1);
    byRelation.set(relation, digest('instance', own, number));
  }
  return (relation) => byRelation.get(relation) ?? stranger(relation);
}

/** The label of a relation from elsewhere: terms may mention some in correlated table functions. */
export function stranger(relation: Relation): string {
  return digest('stranger', relation.rows);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
