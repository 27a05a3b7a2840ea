/** What the ledger says once rows were put back: readers have to see them, and so has every other table of the model. */
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/index.ts';
import {
  divertedTables,
  holdMendedToo,
  notePending,
  writeEntries,
  type RunContext,
  type State,
} from '../state/index.ts';
import { intersect, type TimeRange } from '../time/index.ts';
import type { Prepared } from './prepare.ts';

/**
 * The intervals hold new data from now on, made of the same inputs. Tables of other versions that diverted the same rows are to be
 * computed again there, by the next plan that is about them. Runs inside the caller's transaction.
 */
export async function enterMended(
  connection: Connection,
  run: RunContext,
  state: State,
  planned: PlannedNode,
  touched: readonly TimeRange[],
): Promise<void> {
  const sequence = state.sequence + 1;
  const entries = state.ledger.get(planned.key) ?? [];
  const added = entries.flatMap((entry) =>
    touched.flatMap((range) => {
      const part = intersect(entry, range);
      return part === undefined ? [] : [{ ...entry, ...part, sequence, data: sequence }];
    }),
  );
  await writeEntries(connection, run, planned.key, entries, added);
  const others = await quarantinesBeside(connection, state, planned);
  for (const key of await holdMendedToo(connection, run, planned.node.name, others))
    await notePending(connection, run, key, state.ledger.get(key) ?? [], touched);
}

/** Quarantines of other physical tables of the same model. */
async function quarantinesBeside(
  connection: Connection,
  state: State,
  { key, node }: PlannedNode,
): Promise<readonly string[]> {
  return (await divertedTables(connection))
    .map((t) => t.name)
    .filter((other) => other !== key && state.snapshots.get(other)?.model === node.name);
}

/** Models that read this one, also through views and embedded ones. */
export function readersOf({ compiled }: Prepared, model: string): readonly string[] {
  const found = new Set<string>([model]);
  for (const node of compiled.nodes.values())
    if (node.node === 'model' && node.dependencies.some((d) => found.has(d))) found.add(node.name);
  found.delete(model);
  return [...found];
}
