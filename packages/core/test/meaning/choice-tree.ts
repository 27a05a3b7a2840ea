/**
 * A random query is a tree of choices: a grammar asks, the tree answers, and remembers. A changed tree, asked again, gives
 * a changed query: so whatever the grammar can choose can be mutated, without a word about mutation in the grammar.
 *
 * A choice of style says how something is written and never what it means; all other choices may matter.
 */
import type { Random } from './random.ts';

export type Choice = Leaf | Branch;

export interface Leaf {
  readonly kind: 'leaf';
  readonly label: string;
  readonly value: number;
  readonly options: number;
  readonly style: boolean;
}

export interface Branch {
  readonly kind: 'branch';
  readonly label: string;
  readonly children: readonly Choice[];
}

interface Frame {
  /** What is left of the tree that answers, in order. */
  readonly given: Choice[];
  readonly made: Choice[];
}

/** Answers a grammar's questions from a tree as far as it goes, and by chance from there. */
export class Choices {
  readonly #random: Random;
  readonly #restyle: boolean;
  #frame: Frame;

  /** `restyle`: every choice of style is made anew, all others are kept. */
  constructor(random: Random, tree: Branch | undefined, restyle = false) {
    this.#random = random;
    this.#restyle = restyle;
    this.#frame = { given: [...(tree?.children ?? [])], made: [] };
  }

  /** The answers given so far. */
  get tree(): Branch {
    return { kind: 'branch', label: 'query', children: this.#frame.made };
  }

  /** A number in [0, options) that may change what the query means. */
  number(label: string, options: number): number {
    return this.#leaf(label, options, false);
  }

  /** A number in [0, options) that only changes how the query is written. */
  style(label: string, options: number): number {
    return this.#leaf(label, options, true);
  }

  /** A part of the query that can be replaced, swapped with its like or copied as a whole. */
  part<T>(label: string, make: () => T): T {
    const given = this.#next(label, 'branch');
    const above = this.#frame;
    this.#frame = { given: given?.kind === 'branch' ? [...given.children] : [], made: [] };
    const made = make();
    above.made.push({ kind: 'branch', label, children: this.#frame.made });
    this.#frame = above;
    return made;
  }

  #leaf(label: string, options: number, style: boolean): number {
    const given = this.#next(label, 'leaf');
    const isKept = given?.kind === 'leaf' && !(style && this.#restyle);
    const value = isKept ? given.value % options : this.#random.below(options);
    this.#frame.made.push({ kind: 'leaf', label, value, options, style });
    return value;
  }

  #next(label: string, kind: Choice['kind']): Choice | undefined {
    const { given } = this.#frame;
    const at = given.findIndex((choice) => choice.label === label && choice.kind === kind);
    return at < 0 ? undefined : given.splice(at, 1)[0];
  }
}
