import type { Column, CompiledNode, CompiledModel } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostic/index.ts';
import type {
  ActionKind,
  ColumnDocument,
  LossDocument,
  PlanOptionsDocument,
  ReasonDocument,
} from '../report/index.ts';
import type { TableName } from '../sql/quote.ts';
import type { CarriedFrom, Fingerprint, LoadedFile, PromotedModel } from '../state/state.ts';
import type { Coverage, IntervalUnit, TimeRange } from '../time/index.ts';
import type { Carry } from './carry.ts';
import type { HeldBack } from './held-back.ts';
import type { Restatement } from './restatement.ts';
import type { Storage } from './physical.ts';
import type { PlannedAudit } from './standalone.ts';

/** What has to be done for a node before the environment can be promoted. */
export type Work =
  /** Load the files into the source's table. `changed`: which days differ from what is loaded. */
  | { readonly kind: 'load'; readonly files: readonly LoadedFile[]; readonly changed: readonly TimeRange[] }
  | { readonly kind: 'seed' }
  | { readonly kind: 'view' }
  /** Build the whole table. */
  | { readonly kind: 'table' }
  /** Bring what the query gives now into the rows that stand. `restated`: it counts as new data. */
  | { readonly kind: 'merge'; readonly restated: boolean }
  /** Compute these ranges, one task each; `anew`: all in one task, in the place of all that stands. */
  | {
      readonly kind: 'intervals';
      readonly batches: readonly TimeRange[];
      readonly anew: boolean;
      /** What lies in these counts as new data. */
      readonly restated: readonly TimeRange[];
    }
  /** A time-range model before its first interval: an empty table, so that it can be shown and read. */
  | {
      readonly kind: 'empty';
      /** Whether its query is sent to the warehouse, for no rows. */
      readonly checked: boolean;
    }
  /** Nothing but the rows of the table before. */
  | { readonly kind: 'carry' }
  /** Only audit what stands. */
  | { readonly kind: 'audit' };

/** Work that computes rows, and that a plan leaves for a later one. */
export type SkippedWork = Extract<Work, { kind: 'load' | 'seed' | 'table' | 'merge' | 'intervals' }>;

/** What files of a source hold, compared with what is loaded. */
export type FileStatus =
  | { readonly status: 'unchanged'; readonly files: readonly LoadedFile[] }
  | { readonly status: 'new'; readonly files: readonly LoadedFile[] }
  | {
      readonly status: 'changed';
      readonly files: readonly LoadedFile[];
      readonly changed: readonly TimeRange[];
    };

/** A node in a plan: where it lives and what is to do. */
export interface PlannedNode {
  readonly node: CompiledNode;
  /** What it takes from embedded models: worked out from their texts, which only a task that writes it has to know. */
  readonly parts: () => Fingerprint['embedded'];
  readonly storage: Storage;
  readonly physical: TableName;
  /** {@link physicalKey} of `physical`. */
  readonly key: string;
  /** The columns of the physical table. */
  readonly columns: readonly Column[];
  /** The table whose rows this one begins with, when it has to be made. */
  readonly carry: Carry | undefined;
  /** Where the rows of a table that lives on came from. */
  readonly carried: CarriedFrom | undefined;
  /** Whether the table is this environment's alone, because it holds rows that `prod` would have otherwise. */
  readonly isPrivate: boolean;
  /** Whether its rows tell when a definition changed: see `Place`. */
  readonly isMixed: boolean;
  /**
   * What a limited plan does with it: `kept` is left as the environment shows it, `hidden` was never shown and stays away.
   */
  readonly hold: 'planned' | 'kept' | 'hidden';
  /** Whether the physical relation has to be made; what a ledger says of one that is gone is void. */
  readonly fresh: boolean;
  /**
   * What the table has that this one takes the place of, in the environment: what is computed now is at least as new, so that
   * readers of restated rows find them here too.
   */
  readonly replaces: Coverage;
  /** Grid of time-range models. */
  readonly unit: IntervalUnit;
  /** Whether rows that stand passed other audits than today's: then all are audited, whatever is computed. */
  readonly reaudit: boolean;
  readonly work: Work | undefined;
  /** What a reader of the plan is told; undefined when nothing happens to this node. */
  readonly action: Action | undefined;
  /** What readers lose by it. */
  readonly losses: readonly LossDocument[];
  /** What is left for a later plan, because this one computes no rows. */
  readonly skipped: SkippedWork | undefined;
}

/** An action as data, before it becomes a document. */
export interface Action {
  readonly kind: ActionKind;
  readonly reasons: readonly ReasonDocument[];
  readonly columns: {
    readonly added: readonly ColumnDocument[];
    readonly removed: readonly ColumnDocument[];
    readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  };
}

/** A view that goes. */
export interface Removed {
  readonly model: string;
  readonly view: TableName;
  readonly key: string;
  /** Still in the project, but without rows of its own (it became embedded or external). */
  readonly declared: boolean;
  /** Whether a view stands there; anything else under that name is not Sluice's. */
  readonly stands: boolean;
}

/** A plan that can be applied: the nodes in dependency order, and what the environment will show. */
export interface Plan {
  readonly environment: string;
  /** The environment's sequence number the plan starts from. */
  readonly sequence: number;
  readonly now: number;
  /** Limits the plan was asked for. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly options: PlanOptionsDocument;
  readonly restatement: Restatement | undefined;
  /** When the plan is limited to some models: how that was said, and what has changed and is left as it is. */
  readonly selection: { readonly selection: string; readonly left: readonly string[] } | undefined;
  /** Shown, gone from the project, and kept because the plan is limited. */
  readonly kept: readonly PromotedModel[];
  readonly nodes: ReadonlyMap<string, PlannedNode>;
  /** Models the environment shows today and will no longer show. */
  readonly removed: readonly Removed[];
  /** External tables that are thought to have moved since they were last read. */
  readonly externalMoves: readonly PlannedNode[];
  /** Standalone audits to run before the environment is shown. */
  readonly audits: readonly PlannedAudit[];
  /** What the plan warns of or refuses. */
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the environment's views change: some go, or there are {@link repointed} ones. */
  readonly promotes: boolean;
  /** Models whose views are to show another relation than they do, or are to be made because they are gone. */
  readonly repointed: ReadonlySet<string>;
  readonly spared: readonly string[];
  readonly unchanged: number;
  /** Models whose inputs moved, and whose cron has not ticked since they were built. */
  readonly waiting: readonly string[];
  /** Intervals that wait for signals, of models and of their readers by interval. */
  readonly held: ReadonlyMap<string, HeldBack>;
}

export function isModel(node: CompiledNode): node is CompiledModel {
  return node.node === 'model';
}
