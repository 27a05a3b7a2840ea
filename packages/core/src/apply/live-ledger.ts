import type { Plan, PlannedNode } from '../plan/index.ts';
import { boundInputs, coverageOf, type BoundInput } from '../plan/staleness.ts';
import {
  replaceLedger,
  writeEntry,
  type LedgerEntry,
  type RunContext,
  type State,
  type StateWriter,
} from '../state/index.ts';

/**
 * The ledger while a plan is done: what this run knows of all physical tables. It follows the one in the warehouse only
 * when a transaction is through, so that a task never reads what another may still roll back.
 */
export class LiveLedger {
  readonly #plan: Plan;
  readonly #run: RunContext;
  readonly #entries: Map<string, readonly LedgerEntry[]>;
  /** Physical relations that do not exist yet. */
  readonly #fresh = new Set<string>();
  #sequence: number;

  constructor(plan: Plan, state: State, run: RunContext) {
    this.#plan = plan;
    this.#run = run;
    this.#entries = new Map(state.ledger);
    for (const { fresh, key, storage } of plan.nodes.values()) {
      if (!fresh || storage === 'foreign') continue;
      this.#entries.delete(key);
      this.#fresh.add(key);
    }
    this.#sequence = state.sequence;
  }

  /** Whether the physical relation has yet to be made. */
  isFresh(key: string): boolean {
    return this.#fresh.has(key);
  }

  /** The relation was made, and that is committed. */
  made(key: string): void {
    this.#fresh.delete(key);
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** What a node reads, as it is now. */
  inputs(planned: PlannedNode): readonly BoundInput[] {
    return boundInputs(planned.node, (model) => {
      const input = this.#plan.nodes.get(model);
      const key = input?.key ?? model;
      const entries = this.#entries.get(key) ?? [];
      return {
        key,
        foreign: input?.storage === 'foreign',
        // Whether rows are stale was decided by the plan.
        lineage: undefined,
        coverage: coverageOf(entries),
      };
    });
  }

  /** What the ledger says of a physical table, as far as it is committed. */
  entries(key: string): readonly LedgerEntry[] {
    return this.#entries.get(key) ?? [];
  }

  /** Writes entries into the ledger, over those that stand (`onto`); the answer makes them known to this run once the transaction is through. */
  async stage(
    writer: StateWriter,
    key: string,
    entries: readonly LedgerEntry[],
    onto: readonly LedgerEntry[] = this.entries(key),
  ): Promise<() => void> {
    let standing = onto;
    for (const entry of entries) {
      const change = writeEntry(standing, entry);
      await replaceLedger(writer, this.#run, key, change);
      standing = change.entries;
    }
    return () => this.#entries.set(key, standing);
  }
}
