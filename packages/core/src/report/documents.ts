import type { Diagnostic, Location } from '../diagnostic/index.ts';
import type { Cell } from '../engine/warehouse.ts';

/**
 * The JSON documents that commands print with `--json`, and the only input of the renderers. Keys are snake_case and keep
 * their order; `schema_version` grows when a key changes its meaning or goes away. Instants are ISO 8601 in UTC.
 */
export const SCHEMA_VERSION = 1;

interface Document {
  readonly schema_version: typeof SCHEMA_VERSION;
}

/** A diagnostic, flat. Lines and columns count from 1, columns in UTF-16 units; null when there is no place. */
export interface DiagnosticDocument {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly end_line: number | null;
  readonly end_column: number | null;
  readonly hint: string | null;
  /** Further places and remarks: where the column was declared, the other end of a cycle, the first of two. */
  readonly notes: readonly NoteDocument[];
}

export interface NoteDocument extends PlaceDocument {
  readonly message: string;
}

/** A place in a file of the project, lines and columns counted from 1; all null where there is none. */
export interface PlaceDocument {
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly end_line: number | null;
  readonly end_column: number | null;
}

export function toDiagnosticDocument(d: Diagnostic): DiagnosticDocument {
  return {
    code: d.code,
    severity: d.severity,
    message: d.message,
    ...toPlace(d.location),
    hint: d.hint ?? null,
    notes: d.notes.map((n) => ({ message: n.message, ...toPlace(n.location) })),
  };
}

export function toPlace(location: Location | undefined): PlaceDocument {
  return {
    path: location?.path ?? null,
    line: location?.line ?? null,
    column: location?.column ?? null,
    end_line: location?.endLine ?? null,
    end_column: location?.endColumn ?? null,
  };
}

/** Half-open, ISO 8601. */
export interface IntervalDocument {
  readonly start: string;
  readonly end: string;
}

export interface ColumnDocument {
  readonly name: string;
  readonly type: string;
}

export interface CompileDocument extends Document {
  readonly models: readonly {
    readonly name: string;
    readonly kind: string;
    readonly path: string;
    readonly depends_on: readonly string[];
    readonly columns: readonly ColumnDocument[];
    readonly version: string;
  }[];
  readonly diagnostics: readonly DiagnosticDocument[];
}

/** One compilation of a watch. What is not named in it is as it was in the one before. */
export interface WatchDocument extends Document {
  /** Files whose change asked for it, relative to the project; none the first time. */
  readonly changed_files: readonly string[];
  /** From noticing the first change to the result. */
  readonly milliseconds: number;
  /** How many models compiled; null when the project's settings cannot be read: then nothing is said of models. */
  readonly models: number | null;
  /** Models that are new or whose columns, inputs, kind, path or version are others; all the first time. */
  readonly changed_models: CompileDocument['models'];
  /** Models that are gone, or can no longer be compiled. */
  readonly removed_models: readonly string[];
  /** All there are, not only new ones. */
  readonly diagnostics: readonly DiagnosticDocument[];
}

export interface RenderDocument extends Document {
  readonly model: string;
  readonly start: string;
  readonly end: string;
  readonly sql: string;
}

export interface FormatDocument extends Document {
  /** Whether files were only looked at. */
  readonly check: boolean;
  readonly files: readonly {
    readonly path: string;
    /** `changed` files were written, or would be with `check`; `skipped` ones are left as they are. */
    readonly status: 'unchanged' | 'changed' | 'skipped';
  }[];
  readonly diagnostics: readonly DiagnosticDocument[];
}

export interface SourceRefreshDocument extends Document {
  /** Whether the file was only compared with the warehouse. */
  readonly check: boolean;
  /** The file that keeps the columns, relative to the project folder. */
  readonly file: string;
  readonly sources: readonly {
    readonly name: string;
    /** Of the entry in the file; `missing`: the project speaks of a table that the warehouse does not have. */
    readonly status: 'unchanged' | 'added' | 'changed' | 'removed' | 'missing';
    readonly columns: {
      readonly added: readonly ColumnDocument[];
      readonly removed: readonly ColumnDocument[];
      readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
    };
    /** Whether columns that stay have another order. */
    readonly reordered: boolean;
  }[];
  readonly diagnostics: readonly DiagnosticDocument[];
}

export interface LintDocument extends Document {
  /** How many models were looked at. */
  readonly models: number;
  /** Findings that were mended, by file. */
  readonly fixed: readonly { readonly path: string; readonly fixes: number }[];
  /** Whether a finding that is left can be mended with --fix. */
  readonly fixable: number;
  /** Errors of the project and what the rules found. */
  readonly diagnostics: readonly DiagnosticDocument[];
}

export interface ColumnRefDocument {
  readonly model: string;
  readonly column: string;
}

export type LineageDirection = 'upstream' | 'downstream';

export interface LineageDocument extends Document {
  readonly model: string;
  readonly direction: LineageDirection;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    /** Upstream: the columns its value comes from. Downstream: the columns that read it. */
    readonly sources: readonly ColumnRefDocument[];
    readonly direct: boolean;
  }[];
  readonly influence: readonly ColumnRefDocument[];
  /** True when the bound plan held something that lineage does not know; then the lists are empty. */
  readonly unknown: boolean;
  /** The column that was asked for; null for all of them. */
  readonly column: string | null;
  /** How many models far the graph goes; null for all the way. */
  readonly depth: number | null;
  readonly graph: LineageGraphDocument;
}

/** A column, or with a null column the rows of a relation: which of them exist. */
export interface LineagePointDocument {
  readonly model: string;
  readonly column: string | null;
}

export interface LineageNodeDocument extends LineagePointDocument {
  readonly type: string | null;
  /** `audit`: a standalone audit, by its name as `model`, without columns. */
  readonly node: 'source' | 'model' | 'audit';
  /** Models between it and what was asked for. */
  readonly distance: number;
  /** The relation's own lineage could not be traced; the graph ends here. */
  readonly unknown: boolean;
}

/** Always in the direction of data, whichever way the graph was walked. */
export interface LineageEdgeDocument {
  readonly from: LineagePointDocument;
  readonly to: LineagePointDocument;
  /**
   * `copy`: the value as it is. `value`: something computed from it. `influence`: it decides which rows there are.
   * `rows`: rows of one relation are made of rows of the other. `audit`: a standalone audit looks at it. `unknown`: the reader
   * could not be traced.
   */
  readonly kind: 'copy' | 'value' | 'influence' | 'rows' | 'audit' | 'unknown';
}

export interface LineageGraphDocument {
  /** Nearest first. */
  readonly nodes: readonly LineageNodeDocument[];
  readonly edges: readonly LineageEdgeDocument[];
}

/** Who is touched when a column, or a whole relation, goes or changes. */
export interface ImpactDocument extends Document {
  readonly model: string;
  /** Null for the whole relation. */
  readonly column: string | null;
  /** Touched models in dependency order. */
  readonly models: readonly {
    readonly model: string;
    readonly kind: string;
    readonly distance: number;
    /** Its own query reads it, so it does not compile once it is gone. */
    readonly reads_it: boolean;
    /** Columns whose values are made of it, with the touched columns they are made of. */
    readonly columns: readonly {
      readonly name: string;
      readonly type: string;
      readonly sources: readonly ColumnRefDocument[];
      readonly direct: boolean;
    }[];
    /** Touched columns that decide which rows the model has. */
    readonly influence: readonly ColumnRefDocument[];
    /** Models read whose rows are touched. */
    readonly rows_from: readonly string[];
    /** It or something between could not be traced: it may be touched or not. */
    readonly unknown: boolean;
  }[];
  /** Audits of models that name it, in their arguments or in their own query. */
  readonly audits: readonly { readonly model: string; readonly audit: string }[];
  /** Standalone audits that look at it, or at what is made of it. */
  readonly standalone_audits: readonly StandaloneImpactDocument[];
  /** Touched models that could not be traced. */
  readonly unknown: readonly string[];
  readonly summary: string;
}

/** A standalone audit that may find other rows, or cannot run any more. */
export interface StandaloneImpactDocument {
  readonly audit: string;
  readonly path: string;
  /** Its own query names it, so it cannot run once it is gone. */
  readonly reads_it: boolean;
  /** Touched columns that its query names. */
  readonly columns: readonly ColumnRefDocument[];
  /** Models and sources that it reads whose rows are touched. */
  readonly rows_from: readonly string[];
  /** It, or something between, could not be traced: it may be touched or not. */
  readonly unknown: boolean;
}

/** How a model differs from what an environment shows. */
export interface VersionDocument extends Document {
  readonly model: string;
  readonly environment: string;
  /** `new`: the environment does not show it yet. */
  readonly status: 'same' | 'differs' | 'new';
  readonly version: string;
  /** The version that the environment shows; null when it shows none. */
  readonly shown_version: string | null;
  readonly reasons: readonly ReasonDocument[];
  readonly columns: ActionDocument['columns'];
  /** Columns that mean what they meant. */
  readonly same_columns: readonly string[];
  readonly rows_changed: boolean;
  /** Inputs whose meaning changed, with the reasons of each. */
  readonly upstream: readonly { readonly model: string; readonly reasons: readonly ReasonDocument[] }[];
  readonly sql: { readonly shown: string | null; readonly now: string | null };
  readonly summary: string;
}

/** What a plan does with one model. */
export type ActionKind =
  | 'create'
  | 'rebuild'
  | 'evolve'
  | 'backfill'
  | 'reuse'
  | 'rebind'
  | 'reaudit'
  | 'drop';

export type ReasonCode =
  | 'new_model'
  | 'definition_changed'
  | 'column_changed'
  | 'column_added'
  | 'column_removed'
  | 'column_retyped'
  | 'rows_changed'
  | 'upstream_column_changed'
  | 'upstream_rows_changed'
  | 'kind_changed'
  | 'auto_restatement'
  | 'restated'
  | 'anew'
  | 'keeps_history'
  | 'carried_over'
  | 'effective_from'
  | 'effective_nowhere'
  | 'starts_over'
  | 'missing_intervals'
  | 'not_computed'
  | 'rows_skipped'
  | 'inputs_moved'
  | 'files_changed'
  | 'external_moved'
  | 'clock'
  | 'inputs_rebound'
  | 'already_built'
  | 'audits_changed'
  | 'new_audit'
  | 'audit_changed'
  | 'table_missing'
  | 'view_missing'
  | 'removed';

export interface ReasonDocument {
  readonly code: ReasonCode;
  readonly message: string;
  /** `column`, or `model.column` for a column of an input. */
  readonly column?: string;
  /** Of an input whose columns or rows changed: its name. */
  readonly model?: string;
}

/** What readers lose by an action, and nobody could compute again. */
export interface LossDocument {
  readonly code:
    /** A table that lives on goes on without a column. */
    | 'column_dropped'
    /** A column gets a type that not all of its values have. */
    | 'column_narrowed'
    /** Rows are computed in the place of rows that could not be computed again. */
    | 'rows_replaced'
    /** The table starts over: rows that could not be computed again are in the one before alone. */
    | 'history_left'
    | 'view_dropped';
  readonly message: string;
  /** Null where it is not about a column. */
  readonly column: string | null;
  /** Gone once it is applied; otherwise the table before stays, until `gc`. */
  readonly final: boolean;
}

/** What an action is thought to write, by the warehouse's statistics and the newest run; null where nothing is known. */
export interface EstimateDocument {
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly seconds: number | null;
}

export interface ActionDocument {
  readonly model: string;
  readonly kind: string;
  readonly tags: readonly string[];
  /** How many models read it. */
  readonly readers: number;
  readonly action: ActionKind;
  readonly reasons: readonly ReasonDocument[];
  readonly losses: readonly LossDocument[];
  readonly columns: {
    readonly added: readonly ColumnDocument[];
    readonly removed: readonly ColumnDocument[];
    readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  };
  /** What is computed, for models with a time column; empty for the others. */
  readonly intervals: readonly IntervalDocument[];
  /** How many tasks that makes. */
  readonly batches: number;
  /** Null where nothing is written. */
  readonly estimate: EstimateDocument | null;
  readonly version: string;
  /** The physical table or view. */
  readonly physical: string;
  /** Hash of what its audits ask, and how strictly; empty without any. */
  readonly audits: string;
  /** The statements in order; for several batches or intervals those of the first. Loads name files by their patterns. */
  readonly sql: readonly string[];
  /**
   * How often statements like them follow, for the intervals that come next: each a batch of its own, or all in the one
   * transaction where a table is computed anew in order.
   */
  readonly repeats: number;
  /** Those statements, where they were asked for; otherwise empty. */
  readonly repeated_sql: readonly (readonly string[])[];
  /** How its audits find bad rows, of what `sql` wrote, where that was asked for; otherwise empty. */
  readonly audit_sql: readonly {
    /** The call as the header has it, on one line. */
    readonly call: string;
    readonly severity: 'block' | 'warn' | 'quarantine';
    readonly sql: string;
  }[];
}

/** A standalone audit that runs before the environment is shown. */
export interface PlannedAuditDocument {
  readonly audit: string;
  /** Hash of what it asks, and how strictly. */
  readonly identity: string;
  readonly severity: 'block' | 'warn';
  /** Models and sources that its query names. */
  readonly reads: readonly string[];
  readonly reasons: readonly ReasonDocument[];
  /**
   * Of one that blocks: models and sources that get rows in tables that an environment shows already. They are written in its
   * transaction, and with them all that is made of them, so that nobody sees a row before it is judged.
   */
  readonly writes_first: readonly string[];
  /** How it finds bad rows, where that was asked for; otherwise null. */
  readonly sql: string | null;
}

/** A restatement, and what follows from it. The intervals of each model are in the plan's actions. */
export interface RestatementDocument {
  /** The selection it was asked for with. */
  readonly selection: string;
  /** The range it is limited to; null when it is not. */
  readonly start: string | null;
  readonly end: string | null;
  /** What is computed again because it is asked for. */
  readonly models: readonly string[];
  /** Readers that are computed again in consequence. */
  readonly readers: readonly string[];
  /** Readers that keep the rows they computed from the old ones. */
  readonly kept: readonly { readonly model: string; readonly reason: string }[];
  /** Models below that read nothing of what is computed again. */
  readonly spared: readonly string[];
  /** The newest number in the ledgers of `models`: a saved plan is refused once they were written again. */
  readonly sequence: number;
}

/** Options of a plan that change what it does. */
export interface PlanOptionsDocument {
  /** `--allow-destructive`: also what could not be computed again may be lost. */
  readonly allow_destructive: boolean;
  /** `skip`: no rows are computed (`--skip-backfill`); `empty`: nor are they, and queries are checked (`--empty`). */
  readonly backfill: 'full' | 'skip' | 'empty';
  /** `--forward-only`: changed incremental models keep the rows that stand. */
  readonly forward_only: boolean;
  /** `--effective-from`; null without. */
  readonly effective_from: string | null;
}

export interface PlanDocument extends Document {
  readonly kind: 'plan';
  /** Sluice's version: another version refuses the file. */
  readonly tool: string;
  readonly project: string;
  readonly environment: string;
  /** The environment's sequence number the plan starts from. */
  readonly sequence: number;
  readonly now: string;
  /** Limits the plan was asked for; null when there are none. */
  readonly start: string | null;
  readonly end: string | null;
  /** How else it was asked for. */
  readonly options: PlanOptionsDocument;
  /** When the plan is limited to some models: how, and what has changed and is left as it is. Null when it is not. */
  readonly selection: { readonly selection: string; readonly left: readonly string[] } | null;
  /** What is computed again because it is asked for; null when nothing is. */
  readonly restatement: RestatementDocument | null;
  readonly actions: readonly ActionDocument[];
  /** What would be computed, and is left for a later plan because this one computes no rows. */
  readonly skipped: readonly {
    readonly model: string;
    /** Empty for whole tables. */
    readonly intervals: readonly IntervalDocument[];
  }[];
  /** The sum of what is known; `unknown` counts actions that compute rows nobody knows the number of. */
  readonly estimate: EstimateDocument & { readonly unknown: number };
  readonly unchanged: number;
  /** Models below a changed one that keep their tables. */
  readonly spared: readonly string[];
  /** Whether the environment's views change. */
  readonly promotes: boolean;
  /** Standalone audits, in the promotion's transaction, before the views are made. */
  readonly audits: readonly PlannedAuditDocument[];
  /** How the views are made, after those that go and before the statements below, where that was asked for; otherwise null. */
  readonly views: {
    readonly sql: readonly string[];
    /** How many more are made again as they are; 0 where `sql` has these too. */
    readonly repeats: number;
  } | null;
  /** What models run in the promotion's transaction, once the views are made, in order. */
  readonly virtual_updates: readonly {
    readonly model: string;
    readonly view: string;
    readonly sql: readonly string[];
  }[];
  /** SQL of the project before the first task. */
  readonly before_all: readonly string[];
  /** SQL of the project once all went well, in the promotion's transaction. */
  readonly after_all: readonly string[];
  /** The files of sources that the plan loads. */
  readonly files: readonly {
    readonly source: string;
    readonly path: string;
    readonly size: number;
    readonly hash: string;
  }[];
  readonly summary: string;
  /** SHA-256 over all the rest. */
  readonly digest: string;
}

export interface AuditResultDocument {
  /** The model that is audited; of a standalone audit, its own name. */
  readonly model: string;
  /** Whether it is of no one model. */
  readonly standalone: boolean;
  readonly audit: string;
  /** The call as the header has it, on one line. */
  readonly call: string;
  readonly severity: 'block' | 'warn' | 'quarantine';
  /**
   * `tolerated`: rows failed, but no more than max_rows and max_share allow. `diverted`: they are in quarantine and not in the
   * table; `undone`: they were, and the task was rolled back.
   */
  readonly status: 'passed' | 'tolerated' | 'diverted' | 'undone' | 'failed' | 'error';
  readonly failing_rows: number;
  /** How many rows it looked at; null when none failed, and it was not counted. */
  readonly rows_seen: number | null;
  /** How many of them are kept in `_sluice.quarantine`. */
  readonly kept_rows: number;
  /** Of audits that shared a scan, an equal part of what that took. */
  readonly seconds: number;
  readonly interval: IntervalDocument | null;
  readonly message: string | null;
  /**
   * Of audits of the library that pick rows: by column or criterion, how many rows failed for it, and up to five of its values, the
   * most frequent first. Empty for the others, and for rows that were diverted.
   */
  readonly columns: readonly FailingColumnDocument[];
  /** Up to five failing rows. */
  readonly samples: readonly Readonly<Record<string, Cell>>[];
}

/** What rows failed for. */
export interface FailingColumnDocument {
  readonly column: string;
  readonly failing_rows: number;
  /** Empty for a criterion that is no column's. */
  readonly values: readonly { readonly value: Cell; readonly rows: number }[];
}

/** `sluice audit --history`. */
export interface AuditHistoryDocument extends Document {
  /** Null for all models. */
  readonly model: string | null;
  /** Newest first. */
  readonly results: readonly {
    readonly run: string;
    readonly audited_at: string;
    readonly model: string;
    readonly audit: string;
    /** The call as the header had it; null for results of a Sluice that did not note it. */
    readonly call: string | null;
    readonly severity: string;
    /** `passed`, `tolerated`, `failed` or `error`. */
    readonly status: string;
    readonly failing_rows: number;
    readonly rows_seen: number | null;
    readonly seconds: number;
    readonly interval: IntervalDocument | null;
  }[];
}

export type TaskStatus = 'done' | 'failed' | 'skipped' | 'interrupted';

export interface TaskResultDocument {
  readonly model: string;
  readonly action: ActionKind;
  readonly status: TaskStatus;
  /** Rows written; null where none are to be written (views, audits). */
  readonly rows: number | null;
  /** Rows of source files that could not be parsed. */
  readonly rejected: number;
  /** How many rows there are of a source of which at most so many were to be loaded (`sluice ci --sample`); else null. */
  readonly sampled_from: number | null;
  /** Rows that audits took out; they are not among `rows`. */
  readonly diverted: number;
  /** Of the diverted rows, those that stand among `rows` again, as somebody mended them. */
  readonly mended: number;
  readonly seconds: number;
  readonly intervals: readonly IntervalDocument[];
  readonly audits: readonly AuditResultDocument[];
  readonly diagnostics: readonly DiagnosticDocument[];
}

/** A model that waits for signals, its own or those of its inputs. */
export interface SignalWaitDocument {
  readonly model: string;
  readonly signals: readonly string[];
  /** Empty when the table is computed as a whole. */
  readonly intervals: readonly IntervalDocument[];
}

export interface ApplyDocument extends Document {
  readonly kind: 'apply' | 'run';
  readonly run: string | null;
  readonly environment: string;
  /** The environment's sequence number afterwards. */
  readonly sequence: number;
  readonly status: 'done' | 'nothing-to-do' | 'failed' | 'interrupted';
  readonly promoted: boolean;
  /** Models that were skipped: neither their definitions nor their inputs moved. */
  readonly unchanged: number;
  /** `run`: models with new inputs that wait for the next tick of their cron. */
  readonly waiting: readonly string[];
  /** `run`: models that wait for signals. */
  readonly waiting_for_signals: readonly SignalWaitDocument[];
  readonly results: readonly TaskResultDocument[];
  /** Of standalone audits; empty when none was due, or something failed before. */
  readonly audits: readonly AuditResultDocument[];
  /** Rows that quarantine forgot in the end, because they were older than `quarantine.keep`. */
  readonly expired_rows: number;
  readonly diagnostics: readonly DiagnosticDocument[];
  readonly seconds: number;
  readonly summary: string;
}

export interface AuditDocument extends Document {
  readonly environment: string;
  readonly audits: readonly AuditResultDocument[];
  readonly diagnostics: readonly DiagnosticDocument[];
  readonly summary: string;
}

/** A row that is not as expected; only the columns that are compared. */
export interface RowDifferenceDocument {
  /** `missing`: expected and not there. `extra`: there and not expected. `changed`: the two that have most in common. */
  readonly kind: 'changed' | 'missing' | 'extra';
  readonly expected: Readonly<Record<string, Cell>> | null;
  readonly actual: Readonly<Record<string, Cell>> | null;
  /** For `changed`: the columns whose values differ. */
  readonly columns: readonly string[];
}

export interface ExpectationResultDocument {
  /** The CTE; null for the query itself. */
  readonly cte: string | null;
  readonly status: 'passed' | 'failed';
  /** The columns that are compared. */
  readonly columns: readonly ColumnDocument[];
  readonly expected_rows: number;
  readonly actual_rows: number;
  readonly different_rows: number;
  /** The first hundred of them. */
  readonly differences: readonly RowDifferenceDocument[];
}

export interface TestResultDocument {
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly model: string;
  readonly description: string | null;
  /** `error`: it could not be run; its diagnostics say why. */
  readonly status: 'passed' | 'failed' | 'error';
  readonly seconds: number;
  readonly expectations: readonly ExpectationResultDocument[];
  readonly diagnostics: readonly DiagnosticDocument[];
}

export interface TestDocument extends Document {
  readonly tests: readonly TestResultDocument[];
  /** What is wrong with files of tests, and the diagnostics of all tests. */
  readonly diagnostics: readonly DiagnosticDocument[];
  readonly seconds: number;
  readonly summary: string;
}

/** A unit test that was written from rows of the warehouse. */
export interface TestCreatedDocument extends Document {
  readonly model: string;
  readonly test: string;
  readonly path: string;
  readonly inputs: readonly { readonly name: string; readonly rows: number }[];
  readonly expected_rows: number;
  readonly summary: string;
}

/** Which models and columns a test or an audit looks at. */
export interface CoverageDocument extends Document {
  readonly models: readonly {
    readonly model: string;
    readonly kind: string;
    readonly path: string;
    readonly tests: number;
    readonly audits: number;
    readonly columns: readonly {
      readonly name: string;
      /** A test expects values of it. */
      readonly tested: boolean;
      /** An audit names it. */
      readonly audited: boolean;
    }[];
  }[];
  readonly totals: {
    readonly models: number;
    readonly tested_models: number;
    readonly audited_models: number;
    readonly columns: number;
    readonly tested_columns: number;
    readonly audited_columns: number;
    /** Neither tested nor audited. */
    readonly untouched_columns: number;
  };
  readonly diagnostics: readonly DiagnosticDocument[];
  readonly summary: string;
}

/** `sluice diff`: from `before` to `after`. */
export interface DiffDocument extends Document {
  readonly before: string;
  readonly after: string;
  /** Models of either side by name, or the one pair of tables. */
  readonly models: readonly ModelDiffDocument[];
  readonly summary: string;
}

export interface ModelDiffDocument {
  readonly model: string;
  /** `same`: no difference, or the same table. `added`, `removed`: only the one side has it. */
  readonly status: 'same' | 'changed' | 'added' | 'removed';
  /** Whether both sides show the same table, so that nothing had to be compared. */
  readonly shared: boolean;
  /** What tells rows apart; empty when they were compared as a whole, as often as they occur. */
  readonly grain: readonly string[];
  /** Why the grain of the model was not used; null when it was, or there is none. */
  readonly note: string | null;
  readonly columns_added: readonly { readonly name: string; readonly type: string }[];
  readonly columns_removed: readonly { readonly name: string; readonly type: string }[];
  readonly columns_retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** Null where nothing was compared. `changed` needs a grain: without, such a row is one removed and one added. */
  readonly rows: {
    readonly before: number;
    readonly after: number;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
  } | null;
  /** Columns with other values in rows of both sides; `share` of those rows, 0 to 1. */
  readonly values: readonly { readonly column: string; readonly changed: number; readonly share: number }[];
  readonly samples: {
    readonly added: readonly Readonly<Record<string, Cell>>[];
    readonly removed: readonly Readonly<Record<string, Cell>>[];
    readonly changed: readonly {
      readonly key: Readonly<Record<string, Cell>>;
      readonly values: readonly { readonly column: string; readonly before: Cell; readonly after: Cell }[];
    }[];
  };
}

export interface QueryDocument extends Document {
  readonly columns: readonly ColumnDocument[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** A command that could not be carried out. */
export interface ErrorDocument extends Document {
  readonly error: true;
  readonly diagnostics: readonly DiagnosticDocument[];
}
