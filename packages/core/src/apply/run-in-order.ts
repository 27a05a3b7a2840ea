import type { Connection } from '../engine/warehouse.ts';
import type { Plan, PlannedNode } from '../plan/index.ts';
import { orderingInputs } from './node-tasks.ts';

/** How one node is run, or not. */
interface Runner {
  run(planned: PlannedNode, connection: Connection): Promise<boolean>;
  /** `missing`: the nodes above that were to be done and are not; none when the run was stopped. */
  skip(planned: PlannedNode, missing: readonly string[]): void;
  isStopped(): boolean;
}

/**
 * Starts every node whose inputs are done, as many at a time as there are connections. What stands below a node that
 * failed is skipped; its cousins go on.
 */
export async function runInOrder(
  plan: Plan,
  work: readonly PlannedNode[],
  connections: readonly Connection[],
  runner: Runner,
): Promise<void> {
  const upstream = upstreamOf(plan);
  const waiting = new Set(work);
  const unfinished = new Set<string>();
  /** Run or skipped: whether it is done. */
  const done = new Map<string, boolean>();
  const idle = [...connections];
  const running = new Set<Promise<void>>();
  while (waiting.size > 0 || running.size > 0) {
    for (const planned of waiting) {
      if (idle.length === 0) break;
      const above = upstream(planned);
      if (above.some((n) => waiting.has(n) || unfinished.has(n.node.name))) continue;
      waiting.delete(planned);
      const missing = above.map((n) => n.node.name).filter((name) => done.get(name) === false);
      if (missing.length > 0 || runner.isStopped()) {
        done.set(planned.node.name, false);
        runner.skip(planned, missing);
        continue;
      }
      const connection = idle.pop();
      if (connection === undefined) break;
      const { name } = planned.node;
      unfinished.add(name);
      const task: Promise<void> = runner
        .run(planned, connection)
        .then((succeeded) => void done.set(name, succeeded))
        .finally(() => {
          unfinished.delete(name);
          idle.push(connection);
          running.delete(task);
        });
      running.add(task);
    }
    if (running.size > 0) await Promise.race(running);
  }
}

/** All nodes above one, not only the nearest: a model without work between two does not hide a failure. */
export function upstreamOf(plan: Plan): (planned: PlannedNode) => readonly PlannedNode[] {
  const known = new Map<string, readonly PlannedNode[]>();
  const find = (planned: PlannedNode): readonly PlannedNode[] => {
    const before = known.get(planned.node.name);
    if (before !== undefined) return before;
    const found = new Set<PlannedNode>();
    for (const name of orderingInputs(planned)) {
      const input = plan.nodes.get(name);
      if (input === undefined) continue;
      found.add(input);
      for (const above of find(input)) found.add(above);
    }
    const list = [...found];
    known.set(planned.node.name, list);
    return list;
  };
  return find;
}
