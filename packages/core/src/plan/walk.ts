import type { Diagnostic } from '../diagnostic/index.ts';
import type { Coverage, TimeRange } from '../time/index.ts';
import type { ChangedMeaning } from './explain.ts';
import type { HeldBack } from './held-back.ts';
import { inputsOf } from './narrow.ts';
import type { Place } from './place.ts';
import type { PlanInput } from './plan-input.ts';
import type { Action, PlannedNode, Work } from './planned.ts';
import { restated } from './restatement.ts';

/**
 * What planning knows on its way through the nodes, in dependency order. Coverages are simulated: a source that will be loaded
 * counts as newer than anything before, so that its readers see what they will see when their turn comes.
 */
export interface Walk {
  readonly in: PlanInput;
  readonly planned: Map<string, PlannedNode>;
  /** Simulated coverages by physical key. */
  readonly coverage: Map<string, Coverage>;
  /** How each changed node's meaning changed, for the reasons of its readers. */
  readonly changes: Map<string, ChangedMeaning>;
  readonly diagnostics: Diagnostic[];
  readonly waiting: string[];
  /** What is not ready, by model. */
  readonly held: Map<string, HeldBack>;
  /** What has to be computed again because it is asked for, now or by an apply that did not finish. */
  readonly asked: Map<string, Asked>;
  readonly restated: ReadonlySet<string>;
  /** Inputs of each node whose data moved. */
  readonly moved: Map<string, readonly string[]>;
  /** What selected models are computed from. */
  readonly needed: ReadonlySet<string>;
  /** Changed, and left as they are because they are not selected. */
  readonly left: Set<string>;
  /** The sequence number that new data will get, as far as planning can know: above all that exist. */
  readonly next: number;
}

export function beginWalk(input: PlanInput): Walk {
  return {
    in: input,
    planned: new Map(),
    coverage: new Map(),
    changes: new Map(),
    diagnostics: [],
    waiting: [],
    held: new Map(),
    asked: new Map(),
    restated: restated(input.compiled, input.restate?.models ?? new Set()),
    moved: new Map(),
    needed: inputsOf(input.compiled.nodes, input.select?.models ?? new Set()),
    left: new Set(),
    next: input.state.sequence + 1,
  };
}

/** A place, and what the table there takes the place of. */
export type Placed = Place & Pick<PlannedNode, 'replaces'>;

/** What is to do for one node, and why. */
export interface Todo {
  readonly work: Work | undefined;
  readonly because: Action['reasons'];
}

export const NOTHING: Todo = { work: undefined, because: [] };

/** What of a node is to be computed again because it is asked for. */
export interface Asked {
  /** By this plan's options. */
  readonly ranges: readonly TimeRange[];
  /** By an apply that did not get through. */
  readonly pending: readonly TimeRange[];
  /** Because its rows were carried over, and the new definition is to count from a moment that is past. */
  readonly effective: readonly TimeRange[];
  /** The physical relation that the environment shows. */
  readonly shown: string | undefined;
}

export const NOT_ASKED: Asked = { ranges: [], pending: [], effective: [], shown: undefined };
