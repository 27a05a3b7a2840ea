/**
 * What is not computed yet because signals say that it is not ready, or because an input waits for its own. It is no failure:
 * what is held back stays missing, and a later run asks again.
 */
import type { CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { normalize, type TimeRange } from '../time/index.ts';
import type { Walk } from './walk.ts';

/** What signals say of the intervals of a model that a run would compute. */
export interface SignalAnswer {
  readonly ready: readonly TimeRange[];
  /** Signals that said no to some. */
  readonly refused: readonly string[];
}

/** Intervals that wait, and for which signals. */
export interface HeldBack {
  readonly signals: readonly string[];
  readonly ranges: readonly TimeRange[];
}

const NOTHING_HELD: HeldBack = { signals: [], ranges: [] };

/** The intervals that are ready; undefined where all are. */
export function readyRanges(walk: Walk, node: CompiledModel): readonly TimeRange[] | undefined {
  if (walk.in.signals === undefined || node.definition.signals.length === 0) return undefined;
  return walk.in.signals.get(node.name)?.ready ?? [];
}

/** What inputs hold back: their readers would only see that nothing is there. */
export function heldByInputs(walk: Walk, node: CompiledNode): HeldBack {
  const found = node.dependencies.map((name) => walk.held.get(name) ?? NOTHING_HELD);
  if (found.every((f) => f.ranges.length === 0)) return NOTHING_HELD;
  return {
    signals: [...new Set(found.flatMap((f) => f.signals))].toSorted(),
    ranges: normalize(found.flatMap((f) => f.ranges)),
  };
}

/** Notes what a model has to wait for. */
export function holdBack(walk: Walk, node: CompiledModel, ranges: readonly TimeRange[]): void {
  if (ranges.length === 0) return;
  const own = walk.in.signals?.get(node.name)?.refused ?? [];
  const signals = [...new Set([...own, ...heldByInputs(walk, node).signals])].toSorted();
  walk.held.set(node.name, { signals, ranges });
}
