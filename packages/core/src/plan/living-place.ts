import type { Column, CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { kindIdentity } from '../compile/kind-identity.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { isEvolving } from '../model/index.ts';
import { physicalKey, type Snapshot } from '../state/state.ts';
import { evolve } from './evolution.ts';
import { NO_COLUMN_CHANGES } from './explain.ts';
import { physicalName, PROD } from './physical.ts';
import { ownOf, placeAt, shownIn, standing, type Place, type Surroundings } from './place.ts';

/** A table that lives on: it stays where the environment shows it, and a changed definition carries its rows over. */
export function livingPlace(node: CompiledModel, around: Surroundings): Place {
  const usual = physicalName(node, [], ownOf(node, around));
  const base = baseOf(node, around);
  if (base === undefined) return plainly(node, usual, around);
  if (base.snapshot.version === node.version && !isForeign(base.key, node, around))
    return { ...placeAt(node, base.snapshot.physical, around), ...ownership(base.key, node, around) };
  if (!isSameIdentity(node, base.snapshot)) return plainly(node, usual, around);
  return carriedOver(node, base, around, false);
}

/**
 * A table that a plan was or is forward-only for, though its header does not say so; undefined when this is none. Once its rows
 * were carried over, it stays until its definition changes again.
 */
export function forwardPlace(node: CompiledNode, around: Surroundings): Place | undefined {
  if (node.node !== 'model' || !isEvolving(node.definition.kind)) return undefined;
  const base = baseOf(node, around);
  if (base === undefined) return undefined;
  const { snapshot, key } = base;
  const isSame = snapshot.version === node.version;
  if (isSame && snapshot.carried?.forwardOnly !== true) return undefined;
  if (isSame && !isForeign(key, node, around))
    return { ...placeAt(node, snapshot.physical, around), ...ownership(key, node, around), isMixed: true };
  if (!isSame && around.forwardOnly === undefined) return undefined;
  const refused = cannotGoOn(node, snapshot);
  if (refused === undefined) return { ...carriedOver(node, base, around, true), isMixed: true };
  return {
    ...plainly(node, physicalName(node, [], ownOf(node, around)), around),
    changes: NO_COLUMN_CHANGES,
    diagnostics: [refused],
  };
}

interface Base {
  readonly key: string;
  readonly snapshot: Snapshot;
}

/** What the environment shows, or else `prod`. */
function baseOf(node: CompiledModel, around: Surroundings): Base | undefined {
  const key = shownIn(around.environment, node, around) ?? shownIn(PROD, node, around);
  const snapshot = key === undefined ? undefined : standing(key, around);
  return key === undefined || snapshot === undefined ? undefined : { key, snapshot };
}

/** What prod shows must not be written from rows that prod does not have. */
function isForeign(base: string, node: CompiledModel, around: Surroundings): boolean {
  const isElsewhere = around.environment !== PROD && base === shownIn(PROD, node, around);
  return around.readsPrivate && isElsewhere;
}

function ownership(
  key: string,
  node: CompiledModel,
  around: Surroundings,
): Pick<Place, 'isPrivate' | 'isMixed'> {
  const isElsewhere = around.environment !== PROD && key !== shownIn(PROD, node, around);
  return { isPrivate: around.readsPrivate || isElsewhere, isMixed: false };
}

function plainly(node: CompiledModel, physical: Place['physical'], around: Surroundings): Place {
  return { ...placeAt(node, physical, around), ...ownership(physicalKey(physical), node, around) };
}

function carriedOver(
  node: CompiledModel,
  { key: base, snapshot }: Base,
  around: Surroundings,
  forwardOnly: boolean,
): Place {
  const { environment, state } = around;
  const sequence = (state.ledger.get(base) ?? []).reduce((n, e) => Math.max(n, e.sequence), 0);
  // Rows of another moment go into a table of their own: what was shown once can be gone back to as it was.
  const { effectiveFrom } = around.forwardOnly ?? {};
  const origin = [base, String(sequence), ...(effectiveFrom === undefined ? [] : [`from ${effectiveFrom}`])];
  const physical = physicalName(node, [], environment === PROD ? origin : [...origin, environment]);
  const there = placeAt(node, physical, around);
  const isCurrent = there.carried?.physical === base && there.carried.sequence === sequence;
  const owned = ownership(there.key, node, around);
  if (there.exists && isCurrent) return { ...there, ...owned };
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
    carried: { physical: base, sequence, ...(forwardOnly ? { forwardOnly } : {}) },
    ...owned,
    changes,
    losses,
    diagnostics,
  };
}

function isSameIdentity(node: CompiledModel, { fingerprint }: Snapshot): boolean {
  return fingerprint.kind['identity'] === JSON.stringify(kindIdentity(node.definition.kind));
}

/** Why a changed definition cannot go on with the rows that stand. */
function cannotGoOn(node: CompiledModel, snapshot: Snapshot): Diagnostic | undefined {
  const { kind, kindLocation } = node.definition;
  const refuse = (why: string): Diagnostic =>
    diagnostic('forward-only-refused', `${node.name} cannot go on with the rows it has: ${why}`, {
      location: kindLocation,
      hint: 'Plan it without --forward-only, which computes it anew, or take the change back.',
    });
  if (!isSameIdentity(node, snapshot)) return refuse('its kind or its key changed');
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE') return undefined;
  const time = kind.timeColumn.toLowerCase();
  const before = snapshot.fingerprint.columns.find((c) => c.name.toLowerCase() === time);
  const now = node.meaning.columns.find((c) => c.name.toLowerCase() === time);
  // Rows would be counted to other intervals than those that hold them.
  return before?.hash === now?.hash ? undefined : refuse(`its time column ${kind.timeColumn} changed`);
}

function tableColumns({ fingerprint }: Snapshot): readonly Column[] {
  return fingerprint.table ?? fingerprint.columns.map((c) => ({ name: c.name, type: c.type }));
}
