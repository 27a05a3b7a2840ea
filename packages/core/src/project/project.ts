import type { SourceText } from '../diagnostic/index.ts';
import type { LintLevel, LintRuleName, Location } from '../diagnostic/index.ts';
import type { AuditDefinition } from '../model/audit-definition.ts';
import type { AuditCall, ModelDefinition } from '../model/model-definition.ts';
import type { ModelKind } from '../model/model-kind.ts';
import type { ProjectSignal } from './signals.ts';

/** A value of a project variable; in SQL, a list is a list and a mapping a struct. */
export type VariableValue =
  | string
  | number
  | boolean
  | null
  | readonly VariableValue[]
  | { readonly [key: string]: VariableValue };

/** Data from outside, as declared under `sources:` in project.yaml. */
export interface SourceDefinition {
  /** `schema.name`. */
  readonly name: string;
  readonly location: Location;
  readonly description: string | undefined;
  /** Declared columns in order, with DuckDB type names; undefined: taken from the files (an error for tables). */
  readonly columns: readonly { readonly name: string; readonly type: string }[] | undefined;
  /** Where the types of declared columns stand, by column. */
  readonly typeLocations?: ReadonlyMap<string, Location>;
  /** The columns are not declared, but were taken from the warehouse (`sources.yaml`). */
  readonly isRecorded?: boolean;
  readonly origin: FileSource | TableSource;
}

/** Files that Sluice loads into a physical table of its own. */
export interface FileSource {
  readonly kind: 'file';
  readonly format: 'csv' | 'parquet' | 'json';
  /** Paths or globs, relative to the project folder. */
  readonly files: readonly string[];
  /** Which column tells the time of a row: then Sluice knows which days moved when a file does. */
  readonly timeColumn: string | undefined;
  /** How many of its rows are loaded at most; all if left out. What is loaded then is another source by its version. */
  readonly sample?: number;
  /** CSV only; absent means DuckDB's sniffer decides. */
  readonly csv: {
    readonly delimiter?: string;
    readonly quote?: string;
    readonly header?: boolean;
    readonly nullValues?: readonly string[];
    readonly dateFormat?: string;
    readonly timestampFormat?: string;
    readonly encoding?: string;
  };
}

/** A table that exists already in the warehouse, kept by somebody else. */
export interface TableSource {
  readonly kind: 'table';
  /** Where it stands in the warehouse. */
  readonly schema: string;
  readonly table: string;
  /** How often it is thought to move; a cron expression. */
  readonly cron: string;
}

/** Settings of a named environment. */
export interface EnvironmentSettings {
  /** Overrides the start of history: an instant (epoch milliseconds), or so many milliseconds before now. */
  readonly start: StartSetting | undefined;
  /** How long after its last use it may be removed, milliseconds; undefined: as `environment_ttl` says. */
  readonly ttl: number | undefined;
}

/** A fixed instant or one relative to the clock. */
export type StartSetting =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'ago'; readonly milliseconds: number };

/** SQL of the project's own, with macros. */
export interface ProjectStatement {
  readonly text: string;
  readonly location: Location;
}

/** project.yaml, checked and with defaults filled in. */
export interface ProjectConfig {
  readonly name: string;
  /** Default start of history, epoch milliseconds UTC. */
  readonly start: number;
  readonly warehouse: {
    /** Relative to the project folder. */
    readonly path: string;
    readonly threads: number | undefined;
    /** A size as DuckDB reads it, or a share such as `50%` of what the machine has; undefined: a share of what is free. */
    readonly memoryLimit: string | undefined;
    /** For what does not fit into memory; relative to the project folder. */
    readonly tempDirectory: string;
    /** As DuckDB reads it; undefined: a share of what is free there. */
    readonly maxTempDirectorySize: string | undefined;
  };
  readonly defaults: {
    readonly cron: string | undefined;
    /** The time zone of the ticks of all crons that name none. */
    readonly cronTz: string | undefined;
    readonly owner: string | undefined;
    readonly start: number | undefined;
    /** The kind of models that name none; undefined: VIEW. */
    readonly kind?: ModelKind | undefined;
    /** Audits of all models, behind their own. */
    readonly audits: readonly AuditCall[];
  };
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** `@gateway`: the name of the connection in a SQLMesh project, else empty. */
  readonly gateway: string;
  /** Statements before and after the work of each apply and run that has some. */
  readonly beforeAll: readonly ProjectStatement[];
  readonly afterAll: readonly ProjectStatement[];
  readonly sources: readonly SourceDefinition[];
  readonly environments: Readonly<Record<string, EnvironmentSettings>>;
  /** How long after its last use any environment but `prod` may be removed, milliseconds; undefined: it stays. */
  readonly environmentTtl: number | undefined;
  readonly history: {
    /** How many promotions of an environment before the one it shows can be gone back to. */
    readonly keep: number;
    /** How long runs are remembered, days. */
    readonly days: number;
  };
  readonly quarantine: {
    /** How long they are kept, milliseconds. */
    readonly keep: number;
    /** How many failing rows of one audit in one run are kept. */
    readonly maxRows: number;
  };
  /** Lint rules of which the project says something; the others weigh what `LINT_RULES` says. */
  readonly lint: Readonly<Partial<Record<LintRuleName, RuleSettings>>>;
}

/** What the project says of one lint rule. */
export interface RuleSettings {
  readonly level: LintLevel;
  /** The schemas whose models it looks at; all when absent. */
  readonly schemas?: readonly string[];
  /** `name-pattern`: regular expressions by schema, `*` for all others. */
  readonly patterns?: Readonly<Record<string, string>>;
  /** `layering`: by schema, the other schemas its models may read. */
  readonly reads?: Readonly<Record<string, readonly string[]>>;
}

/** A model whose file has errors: it exists, but nothing more is known of it. */
export interface BrokenModel {
  /** `schema.name` as far as the file tells, else after the path. */
  readonly name: string;
  readonly path: string;
}

/** What a macro of the project's own is called with. */
export type MacroValue = string | number | boolean | null | undefined | readonly MacroValue[];

/**
 * What a macro of the project's own may know besides its arguments: declare it as the type of the first parameter. Neither
 * the clock nor the environment is among it, for what a macro makes is part of a version.
 *
 * @example
 * import type { MacroContext } from '@sluice/core';
 *
 * export function prefixed(context: MacroContext, model: string, prefix: string): string[] {
 *   return context.columns(model).map((column) => `${column.name} AS ${prefix}${column.name}`);
 * }
 */
export interface MacroContext {
  /** A variable of the project as YAML has it, or of the model's blueprint as SQL; else the fallback. Names have no case. */
  variable(name: string, fallback?: VariableValue): VariableValue | undefined;
  /** `@gateway`: the name of the connection in a SQLMesh project, else empty. */
  readonly gateway: string;
  /**
   * The columns of a model or a source, in order, with their DuckDB types. The model that calls is bound after it.
   * @param relation `schema.name`
   * @throws what ends the macro, when there is no such model; it is told at the call.
   */
  columns(relation: string): readonly { readonly name: string; readonly type: string }[];
}

/** A parameter of a macro, and how SQL is handed to it. */
export interface MacroParameter {
  readonly name: string;
  /** `sql`: as written; `any`: literals as values, all else as written. */
  readonly type: 'sql' | 'string' | 'number' | 'boolean' | 'any';
  readonly isList: boolean;
  /** `...rest`: takes all arguments that are left. */
  readonly isRest: boolean;
  readonly isOptional: boolean;
}

/** A function exported by a file in `macros/`. */
export interface ProjectMacro {
  readonly name: string;
  readonly path: string;
  readonly parameters: readonly MacroParameter[];
  /** Its first parameter, which is not among `parameters`, is a {@link MacroContext}. */
  readonly takesContext: boolean;
  /** May throw whatever its author's code throws. */
  readonly call: (args: readonly (MacroContext | MacroValue)[]) => unknown;
}

/** A `CREATE MACRO` of a file in `macros/`. */
export interface SqlMacro {
  /** Lower case. */
  readonly name: string;
  /** The statement that creates it for one connection. */
  readonly sql: string;
  readonly source: SourceText;
  /** Where its name stands. */
  readonly location: Location;
  /** The offset of its name, from which on `sql` is the author's text. */
  readonly start: number;
}

/** A project as its files say it, before anything is compiled. */
export interface Project {
  readonly config: ProjectConfig;
  readonly models: readonly ModelDefinition[];
  /** Their readers need not be told that they do not exist. */
  readonly brokenModels: readonly BrokenModel[];
  readonly audits: readonly AuditDefinition[];
  /** Macros of the project's own, by name in lower case. */
  readonly macros: ReadonlyMap<string, ProjectMacro>;
  /** What says whether intervals are ready, by name in lower case; empty when no model asks. */
  readonly signals: ReadonlyMap<string, ProjectSignal>;
  /** SQL macros of DuckDB that the project declares. */
  readonly sqlMacros: readonly SqlMacro[];
  /** Every text that was read, by path. */
  readonly texts: ReadonlyMap<string, SourceText>;
}
