/**
 * Select-project-join blocks, kept symbolic: relations, the conditions that pick from their combinations, and output
 * columns. Whether a condition stood in ON, in WHERE, below a projection or above it, in which model and in what order
 * is gone by construction. Other operators consume a block by its seal: the hashes of its rows and columns.
 */
import { digest } from './digest.ts';
import { labelRelations, stranger } from './relation-labels.ts';
import { sortedSet } from './sorted-set.ts';
import {
  aloneLabel,
  CallTerm,
  column,
  conjuncts,
  depthOf,
  hashTerm,
  identityOf,
  isTrue,
  isVolatile,
  operandsOf,
  relationsOf,
  renameRelations,
  type Label,
  type Relation,
  type Term,
} from './term.ts';

/** A block as hashes. Equal `rows` and `columns` mean the same multiset of rows. */
export interface Seal {
  readonly rows: string;
  readonly sequence: string;
  readonly columns: readonly string[];
  /** The hash of a term over the block's relations. */
  readonly hash: (term: Term) => string;
}

/** More relations than a person joins: a model joined with itself over and over would double them every time. */
const MOST_RELATIONS = 32;
/** Deep enough for what people write, shallow enough for the stack. */
const DEEPEST_TERM = 200;

interface BlockParts {
  readonly relations: readonly Relation[];
  readonly conditions: readonly Term[];
  readonly sequence: string;
  readonly columns: readonly Term[];
  readonly ordered?: boolean;
}

/** What a block's rows are, as hashes: the same for all blocks that differ in columns and order alone. */
interface RowSeal {
  readonly rows: string;
  readonly conditions: readonly string[];
  readonly hash: (term: Term) => string;
  /** Instances of one relation could be exchanged, as far as the rows go: columns have to tell them apart. */
  readonly tied: boolean;
}

/** A symbolic select-project-join block; opaque outside this folder. */
export class Block {
  readonly relations: readonly Relation[];
  readonly conditions: readonly Term[];
  readonly sequence: string;
  readonly columns: readonly Term[];
  /** An ORDER BY applies: which rows a LIMIT keeps no longer depends on what else is read. */
  readonly ordered: boolean;
  #seal: Seal | undefined;
  /** Shared with the blocks that have the same rows. */
  readonly #rows: { made?: RowSeal };

  constructor(parts: BlockParts, sameRows?: Block) {
    this.relations = parts.relations;
    this.conditions = parts.conditions;
    this.sequence = parts.sequence;
    this.columns = parts.columns;
    this.ordered = parts.ordered ?? false;
    this.#rows = sameRows === undefined ? {} : sameRows.#rows;
  }

  seal(): Seal {
    this.#seal ??= sealBlock(this, (this.#rows.made ??= sealRows(this)));
    return this.#seal;
  }

  /** Whether instances of one relation could be exchanged, as far as the rows go. */
  get tied(): boolean {
    this.seal();
    return this.#rows.made?.tied === true;
  }

  /**
   * The seal for an operator that computes these terms: they tell apart what could be exchanged otherwise, before columns do
   * that nobody may read.
   */
  sealFor(terms: readonly Term[]): Seal {
    const seal = this.seal();
    const rows = this.#rows.made;
    return rows?.tied === true ? sealBlock(this, rows, terms) : seal;
  }

  /** The same rows with other columns, picked from or computed over this block's. */
  withColumns(columns: readonly Term[]): Block {
    const block = new Block({ ...this, columns }, this);
    if (!columns.some(isVolatile)) return block;
    // A volatile value belongs to the rows for which it was called: nothing may move past it from here on.
    const seal = block.seal();
    return relationBlock(digest('volatile', seal.rows, seal.columns), seal.sequence, seal.columns);
  }

  /** ORDER BY: the same rows in another physical order. */
  inOrder(sequence: string, columns: readonly Term[]): Block {
    return new Block({ ...this, sequence, columns, ordered: true }, this);
  }

  filter(conditions: readonly Term[]): Block {
    const added = conditions.flatMap(conjuncts).flatMap((condition): readonly Term[] => {
      if (isTrue(condition)) return [];
      // A row kept by `x IN (subquery)` is a row kept by a semi join.
      const mark = operandsOf(condition, 'MARK');
      return mark === undefined ? [condition] : [new CallTerm('SEMI', mark)];
    });
    const { relations, sequence, columns } = this;
    const block = new Block({ relations, conditions: [...this.conditions, ...added], sequence, columns });
    return added.some(isVolatile) ? block.reopened() : block;
  }

  /** One relation known by hash in place of the parts. Always right, and blind to how it came about. */
  reopened(): Block {
    const seal = this.seal();
    return relationBlock(seal.rows, seal.sequence, seal.columns);
  }

  /** Fit to become part of other models' blocks, however many stand in a row. */
  bounded(): Block {
    const deepest = Math.max(0, ...this.columns.map(depthOf), ...this.conditions.map(depthOf));
    return this.relations.length > MOST_RELATIONS || deepest > DEEPEST_TERM ? this.reopened() : this;
  }
}

/** A block of one relation, columns given by hash. */
export function relationBlock(
  rows: string,
  sequence: string,
  columns: readonly string[],
  more: Pick<Relation, 'on' | 'single' | 'union'> = {},
): Block {
  const relation: Relation = { rows, sequence, ...more };
  return new Block({
    relations: [relation],
    conditions: [],
    sequence,
    columns: columns.map((hash) => column(relation, hash)),
  });
}

/** All combinations of two blocks, columns of the left then of the right. */
export function cross(left: Block, right: Block): Block {
  const kept = left.bounded();
  const others = instanceApart(kept, right.bounded());
  return new Block({
    relations: [...kept.relations, ...others.relations],
    conditions: [...kept.conditions, ...others.conditions],
    sequence: digest('cross', left.seal().sequence, right.seal().sequence),
    columns: [...kept.columns, ...others.columns],
  });
}

/** LEFT JOIN: `optional` becomes an outer-joined relation of the preserved side's block. Columns are left for the caller. */
export function outerJoin(preserved: Block, optional: Relation, sequence: string): Block {
  const { relations, conditions } = preserved;
  return new Block({ relations: [...relations, optional], conditions, sequence, columns: [] });
}

/** The same CTE or model used on both sides of a join: the right side's relations are other instances. */
export function instanceApart(left: Block, right: Block): Block {
  if (!right.relations.some((relation) => left.relations.includes(relation))) return right;
  const renamed = new Map<Relation, Relation>();
  const memo = new Map<CallTerm, Term>();
  const rename = (term: Term): Term => renameRelations(term, renamed, memo);
  // Conditions of outer joins refer to relations that stand before them, so those have their new instance already.
  for (const relation of right.relations) {
    const { on, ...rest } = relation;
    const instance: { -readonly [K in keyof Relation]: Relation[K] } = { ...rest };
    renamed.set(relation, instance);
    if (on !== undefined) instance.on = on.map(rename);
  }
  return new Block({
    relations: [...renamed.values()],
    conditions: right.conditions.map(rename),
    sequence: right.sequence,
    columns: right.columns.map(rename),
  });
}

function sealBlock(block: Block, shared: RowSeal, computed: readonly Term[] = []): Seal {
  // Two sides of a self-join with the same part in its conditions: which is which is told by what is made of them.
  const { rows, conditions, hash } = shared.tied ? sealRows(block, computed, block.columns) : shared;
  const sequence = conditions.length === 0 ? block.sequence : digest('filtered', block.sequence, conditions);
  return { rows, sequence, columns: block.columns.map(hash), hash };
}

function sealRows(block: Block, computed: readonly Term[] = [], columns: readonly Term[] = []): RowSeal {
  const [first, ...others] = block.relations;
  const labels =
    others.length === 0 || areAlone(block)
      ? undefined
      : labelRelations(block.relations, block.conditions, computed, columns);
  const label = others.length === 0 ? undefined : (labels?.label ?? ownLabel(block));
  const tied = labels?.tied ?? false;
  const hash = hasher(block, label);
  const conditions = sortedSet(block.conditions.map(hash));
  if (label === undefined && conditions.length === 0)
    return { rows: first?.rows ?? '', conditions, hash, tied };
  const outer = block.relations.flatMap((relation) =>
    relation.on === undefined ? [] : [[label?.(relation) ?? '', ...sortedSet(relation.on.map(hash))]],
  );
  outer.sort(byText);
  const rows = digest('join', block.relations.map(identityOf).sort(), conditions, outer);
  return { rows, conditions, hash, tied };
}

/** Hashes terms over a block's relations. */
function hasher(block: Block, label: Label | undefined): (term: Term) => string {
  const memo = new Map<CallTerm, string>();
  if (label === undefined || !areAlone(block)) return (term) => hashTerm(term, label, memo);
  // Terms may mention relations from elsewhere (in correlated table functions): those have labels of another sort.
  const isOwn = (relation: Relation): boolean => block.relations.includes(relation);
  return (term) => hashTerm(term, relationsOf(term).every(isOwn) ? aloneLabel : label, memo);
}

/** Whether no two relations of the block are instances of the same. */
function areAlone(block: Block): boolean {
  return new Set(block.relations.map(identityOf)).size === block.relations.length;
}

/** The labels of relations that are all different. */
function ownLabel(block: Block): Label {
  return (relation) => (block.relations.includes(relation) ? aloneLabel(relation) : stranger(relation));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byText(a: readonly string[], b: readonly string[]): number {
  return compare(a.join(), b.join());
}
