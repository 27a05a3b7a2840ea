import type { ResolvedAudit } from '../audit/index.ts';
import type { AuditDefinition, ModelDefinition } from '../model/index.ts';
import type { SourceDefinition } from '../project/project.ts';
import type { Diagnostic } from '../diagnostic/index.ts';

/** A column of an output. `type` is DuckDB's own spelling. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** A column of another relation; names as `schema.name` and column name. */
export interface ColumnRef {
  readonly model: string;
  readonly column: string;
}

/** Where a column's value comes from. */
export interface ColumnLineage {
  readonly name: string;
  readonly type: string;
  /** Columns of direct inputs whose values flow into this one. */
  readonly sources: readonly ColumnRef[];
  /** True when the value is copied, not computed. */
  readonly direct: boolean;
}

/** Lineage of a model: values by column, and the columns that decide which rows exist. */
export interface Lineage {
  readonly columns: readonly ColumnLineage[];
  readonly influence: readonly ColumnRef[];
}

/**
 * What a relation means, as hashes (design.md, section 5). Two relations with equal `rows` and equal hashes of their
 * columns hold the same multiset of rows over the same sources.
 */
export interface Meaning {
  readonly rows: string;
  /** The physical order of rows; enters only what depends on order. */
  readonly sequence: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly hash: string }[];
  /** What makes the result depend on more than its inputs: `volatile:random`, `context:now`, `order:first`, … */
  readonly flags: readonly string[];
  /** What else its query's result comes from, by name, for saying what changed: DuckDB, its settings, variables as digests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * How much of an input a run over the interval [start, end) reads: only rows whose time is inside that `interval`, inside
 * the whole UTC `days` it touches, or `all`. Rows outside the scope cannot change the result.
 */
export interface ReadScope {
  /** A loaded relation: a source, or a model with a table. Views and embedded models are looked through. */
  readonly input: string;
  readonly scope: 'interval' | 'days' | 'all';
}

/** An audit bound to a model. */
export interface BoundAudit {
  readonly audit: ResolvedAudit;
  /** Models and sources the audit reads besides the audited one. */
  readonly dependencies: readonly string[];
}

/** An audit of no one model. */
export interface StandaloneAudit extends BoundAudit {
  readonly name: string;
  readonly definition: AuditDefinition;
  /** Hash of what it asks and how strictly: when it changes, it runs again. */
  readonly identity: string;
  /** Undefined when its plan cannot be had, or holds something that the lineage walk does not know. */
  readonly reads: AuditReads | undefined;
}

/** The columns of models and sources that an audit's query names, and those of them that decide which rows are bad. */
export interface AuditReads {
  readonly named: readonly ColumnRef[];
  readonly deciding: readonly ColumnRef[];
}

/** What all nodes of the graph have: sources and models alike. */
interface CompiledBase {
  /** `schema.name`. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** Identity of the table's meaning: what its physical table is named after. Hex, 128 bits. */
  readonly version: string;
  readonly meaning: Meaning;
  readonly dependencies: readonly string[];
}

/** A compiled source. */
export interface CompiledSource extends CompiledBase {
  readonly node: 'source';
  readonly definition: SourceDefinition;
}

/** A compiled model. */
export interface CompiledModel extends CompiledBase {
  readonly node: 'model';
  readonly definition: ModelDefinition;
  /** Rendered with the fixed compile-time interval; undefined for SEED and EXTERNAL. */
  readonly sql: string | undefined;
  /** Undefined when the bound plan holds something the lineage walk does not know. */
  readonly lineage: Lineage | undefined;
  /** One entry per loaded relation that is read, directly or through views; sorted by input. */
  readonly reads: readonly ReadScope[];
  /** Whether it is computed interval by interval, so that its ledger has an entry for each. */
  readonly byInterval: boolean;
  /** Its query reads the rows it had before: then intervals are computed one at a time, in order. */
  readonly readsItself?: true;
  /** Whether the result also depends on when it is computed: `now()`, `@execution_ds` outside a time-range model, … */
  readonly clockDependent: boolean;
  readonly audits: readonly BoundAudit[];
  /** Identity of the audits with their arguments: when it changes, standing data is audited again. */
  readonly auditIdentity: string;
}

export type CompiledNode = CompiledSource | CompiledModel;

/** A compiled project. */
export interface Compiled {
  /** By name as declared, in dependency order (inputs first, what audits read included); broken ones left out. */
  readonly nodes: ReadonlyMap<string, CompiledNode>;
  /** Those that could be bound. */
  readonly audits: readonly StandaloneAudit[];
  /** Names of models that could not be compiled, or stand below one that could not. */
  readonly broken: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}
