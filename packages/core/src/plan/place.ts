import type { Column, CompiledModel, CompiledNode } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostic/index.ts';
import { isEvolving } from '../model/index.ts';
import type { LossDocument } from '../report/index.ts';
import type { TableName } from '../sql/quote.ts';
import { physicalKey, type CarriedFrom, type Snapshot, type State } from '../state/state.ts';
import type { Carry } from './carry.ts';
import { storageOf } from './physical.ts';
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
  /**
   * Whether its rows tell when a definition changed: some are of an earlier one, because a plan was forward-only, or were computed
   * from such rows. Then equal versions do not mean equal rows, and readers have tables that go with just this one.
   */
  readonly isMixed: boolean;
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
  /** Inputs whose rows tell when a definition changed. */
  readonly mixedInputs: readonly { readonly model: string; readonly key: string }[];
  readonly allowDestructive: boolean;
  /** Whether changed definitions keep the rows that stand, also where their headers do not say so; up to when. */
  readonly forwardOnly: { readonly effectiveFrom: number | undefined } | undefined;
}

/** Whether a node's table outlives its definition. */
export function livesOn(node: CompiledNode): node is CompiledModel {
  return node.node === 'model' && isEvolving(node.definition.kind) && node.definition.kind.forwardOnly;
}

/** Whether the rows of a place may be of several definitions: by the header, or by a plan. */
export function keepsRows(node: CompiledNode, { carried }: Pick<Place, 'carried'>): boolean {
  return livesOn(node) || carried?.forwardOnly === true;
}

/** What makes a node's table another than all tables of its version. */
export function ownOf(node: CompiledNode, around: Surroundings): readonly string[] {
  const storage = storageOf(node);
  if (storage === 'table' && around.readsPrivate) return [around.environment];
  return storage === 'table' || storage === 'inline' ? around.mixedInputs.map((i) => i.key).toSorted() : [];
}

/** A node at a name, as it stands there. */
export function placeAt(
  node: CompiledNode,
  physical: TableName,
  around: Surroundings,
): Omit<Place, 'isPrivate' | 'isMixed'> {
  const key = physicalKey(physical);
  const snapshot = standing(key, around);
  const kept = livesOn(node) || snapshot?.carried?.forwardOnly === true ? snapshot : undefined;
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

export function standing(key: string, { state, relations }: Surroundings): Snapshot | undefined {
  return relations.has(key.toLowerCase()) ? state.snapshots.get(key) : undefined;
}

/** What an environment shows of a node. */
export function shownIn(
  environment: string,
  node: CompiledNode,
  { state }: Surroundings,
): string | undefined {
  return state.environments.get(environment)?.models.get(node.name)?.physical;
}
