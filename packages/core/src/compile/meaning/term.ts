/**
 * Symbolic values. A term says how a value is computed from columns of relations; constructors bring equal computations
 * into one form, and a hash of a term stands for the function it is.
 *
 * A canonical form may be chosen at will: the hash always covers the whole structure, so a clumsy form only makes two
 * equal computations look different, never two different ones equal.
 */
import { digest, digestCall, digestWritten, quoted, remembering } from './digest.ts';

/** A bag of rows known by hash only. Two relation objects with equal hashes are two instances of the same bag. */
export interface Relation {
  /** Which rows there are. */
  readonly rows: string;
  /** In which physical order. */
  readonly sequence: string;
  /** The relation is outer-joined: rows of the others without a match here under these conditions stay. */
  readonly on?: readonly Term[];
  /** There is one row, so that a column has one value. */
  readonly single?: true;
  /** What a UNION ALL is made of, so that nested ones become one. */
  readonly union?: { readonly branches: readonly UnionBranch[]; readonly columns: readonly string[] };
}

export interface UnionBranch {
  readonly rows: string;
  readonly columns: readonly string[];
}

export type Term = Atom | ColumnTerm | CallTerm;

/** A constant, or a value that is known by its hash. */
export interface Atom {
  readonly kind: 'atom';
  readonly hash: string;
  /** The hash as JSON, kept because constants are met again and again. */
  json?: string;
}

/** A column of a relation, known by what it means there. */
export interface ColumnTerm {
  readonly kind: 'column';
  readonly relation: Relation;
  readonly hash: string;
}

/** An operator over operands. */
export class CallTerm {
  readonly kind = 'call';
  readonly operator: string;
  readonly operands: readonly Term[];
  /** The order of operands does not matter. */
  readonly unordered: boolean;
  /** A volatile function is called somewhere inside. */
  readonly volatile: boolean;
  readonly depth: number;
  /** Columns are mentioned somewhere inside: without any, labels do not matter. */
  readonly mentions: boolean;
  /** Hash with columns told by their own hash alone, kept because most blocks have one relation. */
  transparentHash: string | undefined;
  /** Hash with columns told by {@link aloneLabel}, kept because most joins are of different relations. */
  aloneHash: string | undefined;
  #relations: readonly Relation[] | undefined;

  constructor(operator: string, operands: readonly Term[], unordered = false, volatile = false) {
    this.operator = operator;
    this.operands = operands;
    this.unordered = unordered;
    let isAnyVolatile = volatile;
    let deepest = 0;
    let mentions = false;
    for (const operand of operands) {
      if (operand.kind === 'column') mentions = true;
      if (operand.kind !== 'call') continue;
      isAnyVolatile ||= operand.volatile;
      mentions ||= operand.mentions;
      deepest = Math.max(deepest, operand.depth);
    }
    this.volatile = isAnyVolatile;
    this.depth = 1 + deepest;
    this.mentions = mentions;
  }

  /** Those whose columns are mentioned. */
  get relations(): readonly Relation[] {
    if (!this.mentions) return NONE;
    if (this.#relations === undefined) {
      const found = new Set<Relation>();
      for (const operand of this.operands) {
        if (operand.kind === 'column') found.add(operand.relation);
        else if (operand.kind === 'call') for (const relation of operand.relations) found.add(relation);
      }
      this.#relations = [...found];
    }
    return this.#relations;
  }
}

const NONE: readonly Relation[] = [];

export function atom(hash: string): Atom {
  return { kind: 'atom', hash };
}

/** An atom's hash as JSON. */
export function atomJson(atom: Atom): string {
  return (atom.json ??= JSON.stringify(atom.hash));
}

/** A constant by its JSON; the mark keeps it apart from hashes. Few are met, and again and again: they are made once. */
export const constant: (json: string) => Atom = remembering((json) => ({ kind: 'atom', hash: `=${json}` }));

/** The constant of a string. */
export const constantText: (text: string) => Atom = remembering((text) => constant(JSON.stringify(text)));

export function column(relation: Relation, hash: string): ColumnTerm {
  return { kind: 'column', relation, hash };
}

export function isVolatile(term: Term): boolean {
  return term.kind === 'call' && term.volatile;
}

export function depthOf(term: Term): number {
  return term.kind === 'call' ? term.depth : 0;
}

/** Relations whose columns a term mentions. */
export function relationsOf(term: Term): readonly Relation[] {
  if (term.kind === 'column') return [term.relation];
  return term.kind === 'call' ? term.relations : NONE;
}

/** The operands of a term if it is a call of that operator. */
export function operandsOf(term: Term, operator: string): readonly Term[] | undefined {
  return term.kind === 'call' && term.operator === operator ? term.operands : undefined;
}

/** A list of values that are known as such, and the order of rows in which they are listed. */
export const IN_ORDER = 'in order';

/** A number of rows, or NULL when there are none. */
export const COUNT_UNLESS_EMPTY = 'count unless empty';

/** A condition that always holds. */
export const TRUE = new CallTerm('TRUE', []);

export function isTrue(term: Term): boolean {
  return operandsOf(term, 'TRUE') !== undefined;
}

/** `operands` joined by AND or OR: nested ones are one, their order does not matter, and `x AND TRUE` is x. */
export function connective(operator: 'AND' | 'OR', operands: readonly Term[]): Term {
  const all = operands.flatMap((operand) => operandsOf(operand, operator) ?? [operand]);
  const flat = operator === 'AND' ? all.filter((operand) => !isTrue(operand)) : all;
  const [only] = flat;
  if (flat.length === 0) return TRUE;
  return flat.length === 1 && only !== undefined ? only : new CallTerm(operator, flat, true);
}

/** The conjuncts of a condition. */
export function conjuncts(condition: Term): readonly Term[] {
  return operandsOf(condition, 'AND') ?? [condition];
}

/** Comparisons by the plan's name; `a > b` is `b < a`, and all but those two read the same both ways. */
const COMPARISONS: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: 'EQ',
  COMPARE_NOTEQUAL: 'NE',
  COMPARE_DISTINCT_FROM: 'DF',
  COMPARE_NOT_DISTINCT_FROM: 'ND',
  COMPARE_LESSTHAN: 'LT',
  COMPARE_LESSTHANOREQUALTO: 'LE',
  COMPARE_GREATERTHAN: 'GT',
  COMPARE_GREATERTHANOREQUALTO: 'GE',
};

/** A comparison by the plan's name, undefined when there is none of that name. */
export function planComparison(name: string, left: Term, right: Term): Term | undefined {
  const operator = COMPARISONS[name];
  return operator === undefined ? undefined : comparison(operator, left, right);
}

export function comparison(operator: string, left: Term, right: Term): Term {
  if (operator === 'GT') return new CallTerm('LT', [right, left]);
  if (operator === 'GE') return new CallTerm('LE', [right, left]);
  return new CallTerm(operator, [left, right], operator !== 'LT' && operator !== 'LE');
}

/** What is true, false or NULL just where the other is false, true or NULL. DuckDB orders NaN, so `NOT a < b` is `a >= b`. */
const OPPOSITES: Readonly<Record<string, string>> = {
  EQ: 'NE',
  NE: 'EQ',
  DF: 'ND',
  ND: 'DF',
  LT: 'GE',
  LE: 'GT',
};

export function negation(term: Term): Term {
  if (term.kind === 'call') {
    const [first, second] = term.operands;
    if (term.operator === 'AND' || term.operator === 'OR') {
      return connective(term.operator === 'AND' ? 'OR' : 'AND', term.operands.map(negation));
    }
    if (term.operator === 'NOT' && first !== undefined) return first;
    if (term.operator === 'IS NULL') return new CallTerm('IS NOT NULL', term.operands);
    if (term.operator === 'IS NOT NULL') return new CallTerm('IS NULL', term.operands);
    const opposite = OPPOSITES[term.operator];
    if (opposite !== undefined && first !== undefined && second !== undefined)
      return comparison(opposite, first, second);
  }
  return new CallTerm('NOT', [term]);
}

/** Tells instances of relations apart where a block has several. */
export type Label = (relation: Relation) => string;

/** An outer-joined relation is another thing than the same relation joined. */
export function identityOf(relation: Relation): string {
  return relation.on === undefined ? relation.rows : outerIdentity(relation.rows);
}

const outerIdentity = remembering((rows) => digest('outer', rows));

/** The label of a relation that is the only one of its identity in a block. */
export const aloneLabel: Label = (relation) => firstInstance(identityOf(relation));

const firstInstance = remembering((identity) => digest('instance', identity, 0));

/** Label → hash of a column → hash of the column under that label. */
const labelled = remembering((label) => remembering((hash) => digest('column', label, hash), 64));

/** The hash of a term; without labels, columns stand for themselves. */
export function hashTerm(term: Term, label: Label | undefined, memo: Map<CallTerm, string>): string {
  if (term.kind === 'atom') return term.hash;
  if (term.kind === 'column')
    return label === undefined ? term.hash : labelled(label(term.relation))(term.hash);
  const isOwn = label === undefined || !term.mentions;
  const known = isOwn ? term.transparentHash : label === aloneLabel ? term.aloneHash : memo.get(term);
  if (known !== undefined) return known;
  const made = term.unordered
    ? hashUnordered(
        term,
        term.operands.map((operand) => hashTerm(operand, label, memo)),
      )
    : hashOrdered(term, label, memo);
  if (isOwn) term.transparentHash = made;
  else if (label === aloneLabel) term.aloneHash = made;
  else memo.set(term, made);
  return made;
}

function hashOrdered(term: CallTerm, label: Label | undefined, memo: Map<CallTerm, string>): string {
  let json = '';
  for (const operand of term.operands) {
    if (json !== '') json += ',';
    json += operand.kind === 'atom' ? atomJson(operand) : quoted(hashTerm(operand, label, memo));
  }
  return digestWritten(term.operator, json);
}

function hashUnordered(term: CallTerm, operands: readonly string[]): string {
  const [left, right] = operands;
  // Most are comparisons of two.
  if (operands.length === 2 && left !== undefined && right !== undefined && left !== right)
    return digestCall(term.operator, left < right ? operands : [right, left]);
  const isConnective = term.operator === 'AND' || term.operator === 'OR';
  // `x AND x` is x; so it is among the conditions of a join.
  const isSet = isConnective || term.operator === 'conditions';
  const sorted = (isSet ? [...new Set(operands)] : [...operands]).sort();
  const [only] = sorted;
  return isConnective && sorted.length === 1 && only !== undefined ? only : digestCall(term.operator, sorted);
}

/** The same term over other instances of relations. */
export function renameRelations(
  term: Term,
  renamed: ReadonlyMap<Relation, Relation>,
  memo: Map<CallTerm, Term>,
): Term {
  if (term.kind === 'atom') return term;
  if (term.kind === 'column') {
    const other = renamed.get(term.relation);
    return other === undefined ? term : column(other, term.hash);
  }
  let made = memo.get(term);
  if (made === undefined) {
    const operands = term.operands.map((operand) => renameRelations(operand, renamed, memo));
    made = new CallTerm(term.operator, operands, term.unordered, term.volatile);
    memo.set(term, made);
  }
  return made;
}
