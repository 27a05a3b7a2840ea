/**
 * When audits of no one model run: whenever one of them, or something that it reads, is not what it was when the audit last let
 * the environment be shown. What it saw is noted by the tables and the newest number in their ledgers, so that an apply that was
 * killed, or stopped by the audit itself, leaves it to be done.
 */
import type { StandaloneAudit } from '../compile/compiled.ts';
import type { ReasonDocument } from '../report/index.ts';
import type { LedgerEntry, SeenByAudit } from '../state/state.ts';
import { reason } from './explain.ts';
import type { Plan, PlannedNode } from './planned.ts';
import { hasView } from './views.ts';
import type { Walk } from './walk.ts';

/** An audit that has to run before the environment is shown. */
export interface PlannedAudit {
  readonly audit: StandaloneAudit;
  readonly reasons: readonly ReasonDocument[];
  /**
   * Of one that blocks: what the plan writes into tables that an environment shows already. It is written in the audit's own
   * transaction, or else it would be seen before it is judged.
   */
  readonly seen: readonly string[];
  /** What it reads and this environment shows in other tables, or not at all, until the plan is promoted. */
  readonly unseen: readonly string[];
}

/** Those that are due, once all nodes are planned. */
export function dueAudits(walk: Walk, externalMoves: readonly PlannedNode[]): readonly PlannedAudit[] {
  const { compiled, state, environment } = walk.in;
  return compiled.audits.flatMap((audit): readonly PlannedAudit[] => {
    const inputs = inputsOf(audit, walk.planned);
    // What is not there yet, or has no rows of this plan's, would be judged by rows that it will not have.
    if (inputs.some((n) => n.hold === 'hidden' || n.skipped !== undefined)) return [];
    const seen = state.standalone.get(environment)?.get(audit.name);
    // Whoever shares a table sees its rows as soon as they are there.
    const isShown = ({ node, key }: PlannedNode): boolean =>
      [...state.environments.values()].some(({ models }) => models.get(node.name)?.physical === key);
    const early =
      audit.audit.severity === 'warn'
        ? []
        : inputs.filter((n) => writes(n) && isShown(n)).map((n) => n.node.name);
    const current = state.environments.get(environment)?.models;
    const unseen = inputs
      .filter((n) => hasView(n) && current?.get(n.node.name)?.physical !== n.key)
      .map((n) => n.node.name);
    if (seen === undefined) return [{ audit, reasons: [reason.newAudit()], seen: early, unseen }];
    const now = seenBy(audit, walk.planned, (key) => state.ledger.get(key) ?? []);
    const moved = inputs.filter(
      (n) => writes(n) || externalMoves.includes(n) || now.inputs[n.node.name] !== seen.inputs[n.node.name],
    );
    const reasons = [
      ...(seen.identity === audit.identity ? [] : [reason.auditChanged()]),
      ...(moved.length === 0 ? [] : [reason.auditInputsMoved(moved.map((n) => n.node.name))]),
    ];
    return reasons.length === 0 ? [] : [{ audit, reasons, seen: early, unseen }];
  });
}

/** What an audit looks at, as the ledger has it. */
export function seenBy(
  audit: StandaloneAudit,
  nodes: Plan['nodes'],
  entries: (key: string) => readonly LedgerEntry[],
): SeenByAudit {
  const stamp = ({ node, key, storage }: PlannedNode): string => {
    if (storage === 'inline') return node.version;
    // A view has no rows of its own, and its inputs are looked at as well. Its ledger only says when it was audited itself.
    if (storage === 'view') return key;
    return `${key} ${entries(key).reduce((newest, e) => Math.max(newest, e.sequence), 0)}`;
  };
  const inputs = inputsOf(audit, nodes).map((n) => [n.node.name, stamp(n)] as const);
  return { identity: audit.identity, inputs: Object.fromEntries(inputs.toSorted()) };
}

/** What it reads, and through views down to where rows are kept. */
function inputsOf({ dependencies }: StandaloneAudit, nodes: Plan['nodes']): readonly PlannedNode[] {
  const found = new Set<PlannedNode>();
  const visit = (names: readonly string[]): void => {
    for (const name of names) {
      const planned = nodes.get(name);
      if (planned === undefined || found.has(planned)) continue;
      found.add(planned);
      if (planned.storage === 'inline' || planned.storage === 'view') visit(planned.node.dependencies);
    }
  };
  visit(dependencies);
  return [...found];
}

/** Whether its rows may be others afterwards. */
function writes({ work }: PlannedNode): boolean {
  return work !== undefined && work.kind !== 'audit' && work.kind !== 'view';
}
