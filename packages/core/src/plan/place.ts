import type { Column, CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { kindIdentity } from '../compile/kind-identity.ts';
import type { Diagnostic } from '../diagnostic/index.ts';
import { isEvolving } from '../model/index.ts';
import type { LossDocument } from '../report/index.ts';
import type { TableName } from '../sql/quote.ts';
import { physicalKey, type CarriedFrom, type Snapshot, type State } from '../state/state.ts';
import type { Carry } from './carry.ts';
import { evolve } from './evolution.ts';
import { physicalName, PROD, storageOf } from './physical.ts';
import type { Action } from './planned.ts';

/** Where a node's rows are to live in an environment, and what is there. */
export interface Place {
  readonly physical: TableName;
  readonly key: string;
  /** Whether it stands, with the rows it should have. */
  readonly exists: boolean;
  readonly columns: readonly Column[];
  readonly carry: Carry | undefined;
  readonly carried: CarriedFrom | undefined;
  readonly isPrivate: boolean;
  /** What a carried table's columns become; undefined when nothing is carried. */
  readonly changes: Action['columns'] | undefined;
  /** Values that a carried table will not have any more. */
  readonly losses: readonly LossDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a place depends on besides its node. */
export interface Surroundings {
  readonly state: State;
  readonly relations: ReadonlyMap<string, 'table' | 'view'>;
  readonly environment: string;
  /** Physical inputs of a view. */
  readonly viewInputs: readonly string[];
  /** Whether an input is this environment's alone. */
  readonly readsPrivate: boolean;
  readonly allowDestructive: boolean;
}

/** Whether a node's table outlives its definition. */
export function livesOn(node: CompiledNode): node is CompiledModel {
  return node.node === 'model' && isEvolving(node.definition.kind) && node.definition.kind.forwardOnly;
}

/**
 * Most nodes live where their version says. A table that lives on stays where the environment shows it, and a changed
 * definition gets a table that begins with its rows. Outside of `prod` such a table, and every table computed from it, is the
 * environment's alone: equal versions would not mean equal rows.
 */
export function placeOf(node: CompiledNode, around: Surroundings): Place {
  if (livesOn(node)) return livingPlace(node, around);
  const { environment, viewInputs, readsPrivate } = around;
  const isOwn = readsPrivate && storageOf(node) === 'table';
  const physical = physicalName(node, viewInputs, isOwn ? [environment] : []);
  return { ...plain(node, physical, around), isPrivate: readsPrivate };
}

function livingPlace(node: CompiledModel, around: Surroundings): Place {
  const { state, environment, readsPrivate } = around;
  const shownHere = state.environments.get(environment)?.models.get(node.name)?.physical;
  const shownInProd =
    environment === PROD ? undefined : state.environments.get(PROD)?.models.get(node.name)?.physical;
  const usual = physicalName(node, [], readsPrivate ? [environment] : []);
  const isPrivate = (key: string): boolean => readsPrivate || (environment !== PROD && key !== shownInProd);
  const base = shownHere ?? shownInProd;
  const snapshot = base === undefined ? undefined : standing(base, around);
  if (base === undefined || snapshot === undefined)
    return { ...plain(node, usual, around), isPrivate: isPrivate(physicalKey(usual)) };
  // What prod shows must not be written from rows that prod does not have.
  const isForeign = readsPrivate && base === shownInProd;
  if (snapshot.version === node.version && !isForeign) {
    return { ...plain(node, snapshot.physical, around), isPrivate: isPrivate(base) };
  }
  if (snapshot.fingerprint.kind['identity'] !== JSON.stringify(kindIdentity(node.definition.kind)))
    return { ...plain(node, usual, around), isPrivate: isPrivate(physicalKey(usual)) };
  const sequence = (state.ledger.get(base) ?? []).reduce((n, e) => Math.max(n, e.sequence), 0);
  // Rows of another moment go into a table of their own: what was shown once can be gone back to as it was.
  const origin = [base, String(sequence)];
  const physical = physicalName(node, [], environment === PROD ? origin : [...origin, environment]);
  const there = plain(node, physical, around);
  const isCurrent = there.carried?.physical === base && there.carried.sequence === sequence;
  if (there.exists && isCurrent) return { ...there, isPrivate: isPrivate(there.key) };
  const { columns, changes, losses, diagnostics } = evolve(
    tableColumns(snapshot),
    node,
    around.allowDestructive,
  );
  return {
    physical,
    key: there.key,
    exists: false,
    columns: columns.map((c) => c.column),
    carry: { from: snapshot.physical, key: base, sequence, columns },
    carried: { physical: base, sequence },
    isPrivate: isPrivate(there.key),
    changes,
    losses,
    diagnostics,
  };
}

function plain(node: CompiledNode, physical: TableName, around: Surroundings): Omit<Place, 'isPrivate'> {
  const key = physicalKey(physical);
  const snapshot = standing(key, around);
  const kept = snapshot !== undefined && livesOn(node) ? snapshot.fingerprint : undefined;
  return {
    physical,
    key,
    exists: snapshot !== undefined,
    columns: kept?.table ?? node.columns,
    carry: undefined,
    carried: kept?.carried,
    changes: undefined,
    losses: [],
    diagnostics: [],
  };
}

function standing(key: string, { state, relations }: Surroundings): Snapshot | undefined {
  return relations.has(key.toLowerCase()) ? state.snapshots.get(key) : undefined;
}

function tableColumns({ fingerprint }: Snapshot): readonly Column[] {
  return fingerprint.table ?? fingerprint.columns.map((c) => ({ name: c.name, type: c.type }));
}
