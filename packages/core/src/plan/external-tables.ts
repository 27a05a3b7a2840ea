/** Tables of somebody else: nobody tells that they moved, so that they count as moved with every tick of their cron. */
import type { CompiledNode } from '../compile/compiled.ts';
import { whole, type Coverage } from '../time/index.ts';
import { cadenceAt } from './node-clock.ts';
import type { Walk } from './walk.ts';

export function foreignCoverage(walk: Walk, node: CompiledNode, key: string): Coverage {
  const last = walk.in.state.ledger.get(key)?.[0];
  return externalMoved(walk, node, key) ? whole(walk.next) : whole(last?.data ?? 0);
}

export function externalMoved(walk: Walk, node: CompiledNode, key: string): boolean {
  const last = walk.in.state.ledger.get(key)?.[0];
  return last === undefined || last.doneAt < cadenceAt(walk, node).lastTick(walk.in.now);
}
