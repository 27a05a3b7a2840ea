/**
 * Blocks as JSON, so that a reader's meaning can be computed when the model it reads came from a cache. Shared terms stay
 * shared (a term may be used many times over), and which column belongs to which instance of a relation is kept.
 */
import { Block } from './block.ts';
import { CallTerm, type Relation, type Term } from './term.ts';

type TermJson =
  | readonly ['atom', string]
  | readonly ['column', number, string]
  | readonly ['call', string, readonly number[], boolean, boolean];

interface RelationJson {
  readonly rows: string;
  readonly sequence: string;
  readonly on?: readonly number[];
  readonly union?: Relation['union'];
}

/** A block; numbers are places in `terms` and `all`. */
export interface BlockJson {
  /** The block's relations first, then others that its terms mention. */
  readonly all: readonly RelationJson[];
  readonly own: number;
  readonly terms: readonly TermJson[];
  readonly conditions: readonly number[];
  readonly columns: readonly number[];
  readonly sequence: string;
  readonly ordered: boolean;
}

export function writeBlock(block: Block): BlockJson {
  const relations = new Map<Relation, number>(block.relations.map((relation, at) => [relation, at]));
  const numbers = new Map<Term, number>();
  const terms: TermJson[] = [];
  const relationOf = (relation: Relation): number => {
    const known = relations.get(relation);
    if (known !== undefined) return known;
    relations.set(relation, relations.size);
    return relations.size - 1;
  };
  const termOf = (term: Term): number => {
    const known = numbers.get(term);
    if (known !== undefined) return known;
    let json: TermJson;
    if (term.kind === 'atom') json = ['atom', term.hash];
    else if (term.kind === 'column') json = ['column', relationOf(term.relation), term.hash];
    else json = ['call', term.operator, term.operands.map(termOf), term.unordered, term.volatile];
    numbers.set(term, terms.length);
    return terms.push(json) - 1;
  };
  const conditions = block.conditions.map(termOf);
  const columns = block.columns.map(termOf);
  const all: RelationJson[] = [];
  // Conditions of an outer join may mention relations that are not in the list yet: a map goes on while it grows.
  for (const [{ rows, sequence, on, union }] of relations) {
    all.push({
      rows,
      sequence,
      ...(on === undefined ? {} : { on: on.map(termOf) }),
      ...(union === undefined ? {} : { union }),
    });
  }
  const { sequence, ordered } = block;
  return { all, own: block.relations.length, terms, conditions, columns, sequence, ordered };
}

export function readBlock(json: BlockJson): Block {
  const relations = json.all.map(({ rows, sequence, union }) => {
    const relation: { -readonly [K in keyof Relation]: Relation[K] } = {
      rows,
      sequence,
      ...(union === undefined ? {} : { union }),
    };
    return relation;
  });
  const terms: Term[] = [];
  for (const term of json.terms) {
    if (term[0] === 'atom') terms.push({ kind: 'atom', hash: term[1] });
    else if (term[0] === 'column')
      terms.push({ kind: 'column', relation: at(relations, term[1]), hash: term[2] });
    else
      terms.push(
        new CallTerm(
          term[1],
          term[2].map((n) => at(terms, n)),
          term[3],
          term[4],
        ),
      );
  }
  for (const [n, { on }] of json.all.entries())
    if (on !== undefined) at(relations, n).on = on.map((t) => at(terms, t));
  return new Block({
    relations: relations.slice(0, json.own),
    conditions: json.conditions.map((n) => at(terms, n)),
    columns: json.columns.map((n) => at(terms, n)),
    sequence: json.sequence,
    ordered: json.ordered,
  });
}

function at<T>(list: readonly T[], number: number): T {
  const found = list[number];
  if (found === undefined) throw new RangeError(`a block without part ${number}`);
  return found;
}
