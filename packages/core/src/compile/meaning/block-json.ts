/**
 * Blocks as JSON, so that a reader's meaning can be computed when the model it reads came from a cache. Shared terms stay
 * shared (a term may be used many times over), and which column belongs to which instance of a relation is kept.
 */
import { Block } from './block.ts';
import { quoted } from './digest.ts';
import { atomJson, CallTerm, type Atom, type ColumnTerm, type Relation, type Term } from './term.ts';

/** An atom's hash; a column's relation and hash; a call's operator, {@link UNORDERED} and {@link VOLATILE}, and operands. */
type TermJson = string | readonly [number, string] | readonly number[];

const UNORDERED = 1;
const VOLATILE = 2;

interface RelationJson {
  readonly rows: string;
  readonly sequence: string;
  readonly on?: readonly number[];
  readonly single?: Relation['single'];
  readonly union?: Relation['union'];
}

/** A block; numbers are places in `terms`, `all` and `operators`. */
export interface BlockJson {
  /** The block's relations first, then others that its terms mention. */
  readonly all: readonly RelationJson[];
  readonly own: number;
  readonly operators: readonly string[];
  readonly terms: readonly TermJson[];
  readonly conditions: readonly number[];
  readonly columns: readonly number[];
  readonly sequence: string;
  readonly ordered: boolean;
}

/**
 * The JSON text of {@link BlockJson}. It is put together here: most of it are constants, whose text is known, and numbers.
 */
export function writeBlock(block: Block): string {
  const relations = new Map<Relation, number>(block.relations.map((relation, at) => [relation, at]));
  const numbers = new Map<Term, number>();
  // Atoms are what they say, whether they are one object or two.
  const atoms = new Map<string, number>();
  const operators = new Map<string, number>();
  const terms: string[] = [];
  const relationOf = (relation: Relation): number => {
    const known = relations.get(relation);
    if (known !== undefined) return known;
    relations.set(relation, relations.size);
    return relations.size - 1;
  };
  const termOf = (term: Term): number => {
    const known = numbers.get(term);
    if (known !== undefined) return known;
    const number = term.kind === 'atom' ? atomOf(term) : terms.push(jsonOf(term)) - 1;
    numbers.set(term, number);
    return number;
  };
  const atomOf = (atom: Atom): number => {
    let number = atoms.get(atom.hash);
    if (number === undefined) atoms.set(atom.hash, (number = terms.push(atomJson(atom)) - 1));
    return number;
  };
  const jsonOf = (term: ColumnTerm | CallTerm): string => {
    if (term.kind === 'column') return `[${relationOf(term.relation)},${quoted(term.hash)}]`;
    let operator = operators.get(term.operator);
    if (operator === undefined) operators.set(term.operator, (operator = operators.size));
    let json = `[${operator},${(term.unordered ? UNORDERED : 0) | (term.volatile ? VOLATILE : 0)}`;
    for (const operand of term.operands) json += `,${termOf(operand)}`;
    return `${json}]`;
  };
  const conditions = block.conditions.map(termOf);
  const columns = block.columns.map(termOf);
  const all: RelationJson[] = [];
  // Conditions of an outer join may mention relations that are not in the list yet: a map goes on while it grows.
  for (const [{ rows, sequence, on, single, union }] of relations) {
    all.push({
      rows,
      sequence,
      ...(on === undefined ? {} : { on: on.map(termOf) }),
      ...(single === undefined ? {} : { single }),
      ...(union === undefined ? {} : { union }),
    });
  }
  const { sequence, ordered } = block;
  const before = { all, own: block.relations.length, operators: [...operators.keys()] };
  const after = { conditions, columns, sequence, ordered } satisfies Partial<BlockJson>;
  return `${JSON.stringify(before).slice(0, -1)},"terms":[${terms.join()}],${JSON.stringify(after).slice(1)}`;
}

export function readBlock(json: BlockJson): Block {
  const relations = json.all.map(({ rows, sequence, single, union }) => {
    const relation: { -readonly [K in keyof Relation]: Relation[K] } = {
      rows,
      sequence,
      ...(single === undefined ? {} : { single }),
      ...(union === undefined ? {} : { union }),
    };
    return relation;
  });
  const terms: Term[] = [];
  for (const term of json.terms) {
    if (typeof term === 'string') terms.push({ kind: 'atom', hash: term });
    else if (isColumn(term)) terms.push({ kind: 'column', relation: at(relations, term[0]), hash: term[1] });
    else {
      const [operator = -1, flags = 0, ...operands] = term;
      const isUnordered = (flags & UNORDERED) !== 0;
      const isVolatile = (flags & VOLATILE) !== 0;
      terms.push(
        new CallTerm(
          at(json.operators, operator),
          operands.map((n) => at(terms, n)),
          isUnordered,
          isVolatile,
        ),
      );
    }
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

function isColumn(term: Exclude<TermJson, string>): term is readonly [number, string] {
  return typeof term[1] === 'string';
}

function at<T>(list: readonly T[], number: number): T {
  const found = list[number];
  if (found === undefined) throw new RangeError(`a block without part ${number}`);
  return found;
}
