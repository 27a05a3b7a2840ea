/**
 * Tasks that write into tables that an environment shows already, where a standalone audit that blocks has to judge first: they
 * are done in the transaction of the audits, and with them whatever is made of their rows, since nobody else sees those before.
 */
import type { Plan, PlannedNode } from '../plan/index.ts';
import { upstreamOf } from './run-in-order.ts';

interface Work {
  /** Each in transactions of its own. */
  readonly free: readonly PlannedNode[];
  /** In one transaction, in this order. */
  readonly held: readonly PlannedNode[];
}

export function heldWork(plan: Plan, work: readonly PlannedNode[]): Work {
  const seen = new Set(plan.audits.flatMap((a) => a.seen));
  if (seen.size === 0) return { free: work, held: [] };
  const upstream = upstreamOf(plan);
  const isHeld = (n: PlannedNode): boolean =>
    seen.has(n.node.name) || upstream(n).some((above) => seen.has(above.node.name));
  return { free: work.filter((n) => !isHeld(n)), held: work.filter(isHeld) };
}

/**
 * What is not done that held work cannot be judged without: it or its audits read that, or they judge what only the promotion shows,
 * to which it will not come.
 */
export function missingFor(
  plan: Plan,
  held: readonly PlannedNode[],
  undone: ReadonlySet<string>,
): readonly string[] {
  if (undone.size === 0) return [];
  const upstream = upstreamOf(plan);
  const judging = plan.audits.filter((a) => a.seen.length > 0);
  if (judging.some((a) => a.unseen.length > 0)) return [...undone];
  const inputs = judging.flatMap(({ audit }) => audit.dependencies);
  const read = [...held, ...inputs.flatMap((name) => plan.nodes.get(name) ?? [])];
  return read
    .flatMap((n) => [n, ...upstream(n)])
    .map((n) => n.node.name)
    .filter((name) => undone.has(name));
}
