import type {
  SCHEMA_VERSION,
  ActionDocument,
  IntervalDocument,
  PlanDocument,
  ReasonDocument,
} from './documents.ts';

/**
 * Documents of the commands that keep environments, history and state in order. None of them computes a row: they say what
 * is shown, or change what is shown and kept.
 */
interface Document {
  readonly schema_version: typeof SCHEMA_VERSION;
}

/** What a promotion took over without building: another environment's tables, or an earlier promotion's. */
export interface OriginDocument {
  readonly environment: string;
  readonly sequence: number;
}

export interface EnvironmentListDocument extends Document {
  readonly environments: readonly {
    readonly name: string;
    readonly sequence: number;
    readonly promoted_at: string;
    readonly models: number;
    /** The last promotion, apply or run that did something. */
    readonly used_at: string;
    /** When `gc` may remove it; null for never. */
    readonly expires_at: string | null;
  }[];
}

/** What an environment shows. */
export interface EnvironmentDocument extends Document {
  readonly name: string;
  readonly sequence: number;
  readonly promoted_at: string;
  /** The run that promoted it. */
  readonly run: string;
  readonly from: OriginDocument | null;
  readonly used_at: string;
  readonly expires_at: string | null;
  readonly models: readonly {
    readonly model: string;
    readonly kind: string;
    readonly version: string;
    readonly physical: string;
    readonly view: string;
    /** Whether the view and the physical relation are there. */
    readonly stands: boolean;
    /** What is computed, for models with a time column; empty for the others. */
    readonly intervals: readonly IntervalDocument[];
    /** When its rows were last written; null for views. */
    readonly done_at: string | null;
    /** Inputs that have newer rows than were read. */
    readonly behind: readonly string[];
  }[];
}

/** How a model differs between two sets of definitions. */
export interface ModelChangeDocument {
  readonly model: string;
  /** `rebound`: the same version over other tables. */
  readonly change: 'added' | 'removed' | 'changed' | 'rebound';
  readonly reasons: readonly ReasonDocument[];
  readonly columns: ActionDocument['columns'];
  /** Physical relations; null on the side where there is none. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What the second environment has otherwise than the first. */
export interface EnvironmentDiffDocument extends Document {
  readonly before: string;
  readonly after: string;
  readonly models: readonly (ModelChangeDocument & {
    /** What only one of the two tables covers. */
    readonly only_before: readonly IntervalDocument[];
    readonly only_after: readonly IntervalDocument[];
  })[];
  /** Models that both show from the same table. */
  readonly same: number;
  readonly summary: string;
}

/** What is done to one view, table or record, in the order in which it is done. */
export interface UpkeepStepDocument {
  readonly what: 'environment view' | 'table' | 'view' | 'record' | 'rows';
  readonly action: 'create' | 'point' | 'drop' | 'forget' | 'compute' | 'keep';
  readonly name: string;
  readonly reason: string;
}

/** A change of what is shown or kept that builds nothing: `env drop`, `promote`, `rollback`, `gc`, `state check --repair`, `quarantine drop`, `quarantine unmend`. */
export interface UpkeepDocument extends Document {
  readonly kind:
    | 'env-drop'
    | 'promote'
    | 'rollback'
    | 'gc'
    | 'repair'
    | 'quarantine-drop'
    | 'quarantine-unmend';
  /** Null for `gc`, `repair`, `quarantine-drop` and `quarantine-unmend`, which look at all of them. */
  readonly environment: string | null;
  readonly status: 'planned' | 'done' | 'nothing-to-do';
  readonly run: string | null;
  /** The environment's sequence number afterwards; null when it has none. */
  readonly sequence: number | null;
  readonly from: OriginDocument | null;
  /** How definitions change for readers. */
  readonly models: readonly ModelChangeDocument[];
  /** Statements that models run once their views are made (`promote`). */
  readonly virtual_updates: PlanDocument['virtual_updates'];
  /** Models that will show older rows than their inputs have, with those inputs. */
  readonly behind: readonly { readonly model: string; readonly inputs: readonly string[] }[];
  readonly steps: readonly UpkeepStepDocument[];
  readonly summary: string;
}

/** Something about the state that is not as it should be. */
export interface StateFindingDocument {
  readonly problem:
    | 'view-missing'
    | 'view-differs'
    | 'name-taken'
    | 'table-missing'
    | 'table-differs'
    | 'unknown-table'
    | 'ledger-without-table'
    | 'ledger-overlaps';
  /** The view or physical relation. */
  readonly name: string;
  readonly environment: string | null;
  readonly message: string;
  /** What `--repair` does about it; null when it is left to a person. */
  readonly repair: string | null;
}

export interface StateCheckDocument extends Document {
  readonly status: 'sound' | 'unsound' | 'repaired';
  readonly findings: readonly StateFindingDocument[];
  /** What was looked at. */
  readonly environments: number;
  readonly relations: number;
  /** The changes of a repair; null when there was none. */
  readonly repair: UpkeepDocument | null;
  readonly summary: string;
}

export interface StateExportDocument extends Document {
  readonly state_version: number;
  readonly rows: number;
  readonly summary: string;
}

export interface StateImportDocument extends Document {
  readonly state_version: number;
  readonly rows: number;
  /** The project the state was exported from. */
  readonly project: string;
  readonly summary: string;
}

/** One run, with what came of it. */
export interface RunSummaryDocument {
  readonly run: string;
  readonly command: string;
  /** Empty for `gc` and `state` commands. */
  readonly environment: string;
  readonly tool: string;
  readonly status: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly models_done: number;
  readonly models_failed: number;
  readonly rows: number;
  /** What it promoted; null when views stayed as they were. */
  readonly promotion: { readonly sequence: number; readonly from: OriginDocument | null } | null;
}

export interface HistoryDocument extends Document {
  /** Newest first. */
  readonly runs: readonly RunSummaryDocument[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

export interface RunDocument extends Document, RunSummaryDocument {
  readonly models: readonly {
    readonly model: string;
    readonly action: string;
    readonly status: string;
    readonly rows: number;
    /** Rows that audits took out; they are not among `rows`. */
    readonly diverted: number;
    readonly seconds: number;
    readonly error_code: string | null;
    readonly error: string | null;
    /** One a transaction. */
    readonly tasks: readonly {
      readonly task: number;
      /** Null for a whole table. */
      readonly interval: IntervalDocument | null;
      readonly status: string;
      readonly rows: number;
      readonly seconds: number;
      readonly error_code: string | null;
      readonly error: string | null;
      /** Null where nothing was sent, or only the hash is kept. */
      readonly sql: string | null;
      readonly sql_digest: string | null;
    }[];
  }[];
}
