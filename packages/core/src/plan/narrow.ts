import type { Column, CompiledNode } from '../compile/compiled.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import type { Snapshot, State } from '../state/state.ts';
import { compareMeaning } from './explain.ts';
import { PROD } from './physical.ts';
import { livesOn } from './place.ts';
import type { PlannedNode } from './planned.ts';

/**
 * A plan that is limited to some models. The others keep what the environment shows, with the rows that stand; what was
 * never shown stays away. A selected model must mean the same over the tables that are kept as over those of the project:
 * then what it holds is what a build from nothing would hold. Where it would not, the plan is refused.
 */
export interface PlanSelection {
  /** As it was asked for. */
  readonly selection: string;
  readonly models: ReadonlySet<string>;
}

/** The table that an environment shows, for a model that is left out of a plan. */
export interface KeptTable {
  readonly snapshot: Snapshot;
  readonly columns: readonly Column[];
  readonly isPrivate: boolean;
  readonly isMixed: boolean;
}

export function keptTable(
  node: CompiledNode,
  shown: string,
  state: State,
  environment: string,
  readsPrivate: boolean,
): KeptTable | undefined {
  const snapshot = state.snapshots.get(shown);
  if (snapshot === undefined) return undefined;
  const { fingerprint, physical, relation, version } = snapshot;
  const columns = fingerprint.table ?? fingerprint.columns.map((c) => ({ name: c.name, type: c.type }));
  // A table of its version alone has a name that says so; every other is an environment's own.
  const isOwn = relation === 'table' && !physical.name.endsWith(`__${version.slice(0, 12)}`);
  const isPrivate = environment !== PROD && (readsPrivate || isOwn);
  return { snapshot, columns, isPrivate, isMixed: isOwn && !livesOn(node) };
}

/** Above these names, themselves left out unless something leads back to them. */
export function inputsOf(
  nodes: ReadonlyMap<string, CompiledNode>,
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const input of nodes.get(name)?.dependencies ?? []) {
      if (found.has(input)) continue;
      found.add(input);
      waiting.push(input);
    }
  }
  return found;
}

/** What a selected model reads that the plan leaves as it is, although it makes the model another. */
export function conflicts(
  node: CompiledNode,
  planned: ReadonlyMap<string, PlannedNode>,
  state: State,
  environment: string,
): readonly Diagnostic[] {
  if (node.node === 'source') return [];
  const found: Diagnostic[] = [];
  const refuse = (input: string, why: string): void => {
    found.push(
      diagnostic('selection-incomplete', `${node.name} reads ${input}, which ${why} and is not selected`, {
        location: node.definition.nameLocation,
        hint: `Select it as well: ${input}, or +${node.name} for all that it is computed from.`,
      }),
    );
  };
  const visit = (names: readonly string[], isDirect: boolean): void => {
    for (const name of names) {
      const input = planned.get(name);
      if (input === undefined) continue;
      if (input.storage === 'inline') visit(input.node.dependencies, false);
      else if (input.hold === 'hidden') refuse(name, `${environment} does not show`);
      else if (input.hold === 'kept' && isOther(node, input, state, isDirect)) refuse(name, 'is changed');
    }
  };
  visit(node.dependencies, true);
  return found;
}

/** Whether what is read of an input has changed since the table that is kept was made. */
function isOther(reader: CompiledNode, input: PlannedNode, state: State, isDirect: boolean): boolean {
  const snapshot = state.snapshots.get(input.key);
  if (snapshot === undefined) return true;
  if (snapshot.version === input.node.version) return false;
  if (!isDirect || reader.node === 'source' || reader.lineage === undefined) return true;
  const change = compareMeaning(snapshot, input.node, new Map(), new Map());
  if (change.rowsChanged || snapshot.fingerprint.scheme !== fingerprintOf(input.node).scheme) return true;
  return fingerprintOf(reader).reads.some(
    (r) => r.model === input.node.name && change.changedColumns.has(r.column.toLowerCase()),
  );
}
