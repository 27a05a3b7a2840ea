/**
 * What keeps environments, history and state in order without computing a row, as data: it is shown first, then done as it
 * was shown, all in one transaction.
 */
import type { ModelChangeDocument, UpkeepDocument } from '../report/index.ts';
import type { TableName } from '../sql/quote.ts';
import type { KeptFilter, LedgerEntry, MendFilter, PromotedModel, PromotionOrigin } from '../state/index.ts';
import type { TimeRange } from '../time/index.ts';

/** One thing that is done, or left alone although one might expect it. */
export type Step = { readonly reason: string } & (
  | { readonly kind: 'drop-view'; readonly view: TableName }
  /** Makes a view, or lets it show another relation. */
  | {
      readonly kind: 'point-view';
      readonly view: TableName;
      readonly physical: TableName;
      readonly stands: boolean;
    }
  | {
      readonly kind: 'drop-relation';
      readonly physical: TableName;
      readonly relation: 'table' | 'view';
      readonly isSource: boolean;
    }
  /** Only the record of it: the relation is not there. */
  | { readonly kind: 'forget-relation'; readonly key: string; readonly isSource: boolean }
  | { readonly kind: 'keep'; readonly what: 'environment view' | 'table'; readonly name: TableName }
  | {
      readonly kind: 'record-promotion';
      readonly environment: string;
      readonly sequence: number;
      readonly models: readonly PromotedModel[];
      readonly from: PromotionOrigin;
    }
  | { readonly kind: 'forget-environment'; readonly environment: string }
  | {
      readonly kind: 'forget-promotions';
      readonly environment: string;
      readonly sequences: readonly number[];
    }
  | { readonly kind: 'forget-runs'; readonly runs: readonly string[] }
  /** Rows out of quarantine; `name` says whose. */
  | { readonly kind: 'forget-kept'; readonly filter: KeptFilter; readonly name: string }
  /** What people made of diverted rows; `name` says of which. */
  | { readonly kind: 'take-back-mends'; readonly filter: MendFilter; readonly name: string }
  /** Intervals of a table, to be computed by the next plan about it. `entries`: its ledger. */
  | {
      readonly kind: 'compute-again';
      readonly physical: TableName;
      readonly entries: readonly LedgerEntry[];
      readonly ranges: readonly TimeRange[];
    }
);

/** What is to be done, and what a person is told before. */
export interface Upkeep {
  readonly kind: UpkeepDocument['kind'];
  /** Null where all are looked at. */
  readonly environment: string | null;
  /** The environment's sequence number afterwards; null when it has none. */
  readonly sequence: number | null;
  readonly from: PromotionOrigin | null;
  readonly models: readonly ModelChangeDocument[];
  /** Statements of models that run once their views are made. */
  readonly virtual_updates: UpkeepDocument['virtual_updates'];
  readonly behind: UpkeepDocument['behind'];
  readonly steps: readonly Step[];
  /** One sentence before, one after. */
  readonly summary: string;
  readonly done: string;
}

/** For what moves no environment to other tables: there are steps, and no models to tell of. */
export const NO_MODELS = {
  sequence: null,
  from: null,
  models: [],
  virtual_updates: [],
  behind: [],
} as const satisfies Partial<Upkeep>;

/** Whether there is anything to do. */
export function isIdle(upkeep: Upkeep): boolean {
  return upkeep.steps.every((s) => s.kind === 'keep');
}
