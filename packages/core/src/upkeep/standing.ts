import type { TableName } from '../sql/quote.ts';
import { physicalKey, type PromotedModel, type Snapshot, type State } from '../state/index.ts';

/** What is there in the warehouse, whatever state says of it. Names are lower-case `schema.name`. */
export interface Standing {
  readonly relations: ReadonlyMap<string, 'table' | 'view'>;
  /** What each view shows whole. */
  readonly views: ReadonlyMap<string, TableName | 'another query'>;
}

/** What stands where an environment's view should be. */
export type ViewStatus =
  | { readonly kind: 'missing' }
  /** Not a view, or a view that Sluice cannot have made. */
  | { readonly kind: 'foreign'; readonly relation: 'table' | 'view' }
  | { readonly kind: 'right' }
  /** A view of which statements of the model's own have made another query. */
  | { readonly kind: 'remade' }
  /** A view of another physical relation of Sluice's. */
  | { readonly kind: 'elsewhere'; readonly physical: string };

/** Looks at the view of a promoted model. */
export function viewStatus(standing: Standing, state: State, shown: PromotedModel): ViewStatus {
  const name = viewKey(shown.view);
  const relation = standing.relations.get(name);
  if (relation === undefined) return { kind: 'missing' };
  const target = standing.views.get(name);
  if (relation === 'table' || target === undefined) return { kind: 'foreign', relation };
  const key = target === 'another query' ? undefined : physicalKey(target);
  if (key === shown.physical) return { kind: 'right' };
  if (shown.remade === true) return { kind: 'remade' };
  return key !== undefined && state.snapshots.has(key)
    ? { kind: 'elsewhere', physical: key }
    : { kind: 'foreign', relation };
}

/** Whether the physical relation of a snapshot is there. */
export function stands(standing: Standing, snapshot: Snapshot): boolean {
  return !snapshot.dropped && standing.relations.get(viewKey(snapshot.physical)) === snapshot.relation;
}

export function viewKey(name: TableName): string {
  return physicalKey(name).toLowerCase();
}
