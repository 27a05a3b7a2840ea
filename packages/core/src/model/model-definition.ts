import type { LintLevel, LintRuleName, Location, SourceText } from '../diagnostic/index.ts';
import type { ModelKind, SqlFragment } from './model-kind.ts';

/** The value of an argument in a header: `columns := (a, b)`, `threshold := 10`, `criteria := (x > 1)`. */
export type HeaderValue = (
  | { readonly kind: 'string'; readonly text: string }
  /** `parts`: only of a name in which a part has a dot of its own. */
  | { readonly kind: 'name'; readonly text: string; readonly parts?: readonly string[] }
  /** As written, a sign included. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `(a, b)`, `[a, b]`, and also `(a)`. */
  | { readonly kind: 'list'; readonly items: readonly HeaderValue[] }
  /** Anything else, verbatim SQL. */
  | { readonly kind: 'sql'; readonly text: string }
) & {
  /** Where it stands; absent when it is of no file (a default of the library). */
  readonly location?: Location;
};

/** `not_null(columns := (a, b))` in a header: an audit, or a signal. */
export interface AuditCall {
  readonly name: string;
  /** As written, on one line. */
  readonly text: string;
  /** The whole call. */
  readonly location: Location;
  readonly arguments: readonly AuditArgument[];
}

/** `columns := (a, b)`. */
export interface AuditArgument {
  readonly name: string;
  readonly value: HeaderValue;
  /** The value as written. */
  readonly sql: string;
  /** Name and value; the value alone is at `value.location`. */
  readonly location: Location;
}

/** One model file, parsed: the header's meaning and where each part stands. Nothing is rendered or bound yet. */
export interface ModelDefinition {
  /** `schema.name`, as written (DuckDB compares names without case). */
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly path: string;
  readonly source: SourceText;
  /** Where the name stands, or the start of the file. */
  readonly nameLocation: Location;
  readonly kind: ModelKind;
  readonly kindLocation: Location;
  /** The SELECT; undefined for SEED and EXTERNAL. */
  readonly query: SqlFragment | undefined;
  readonly preStatements: readonly SqlFragment[];
  readonly postStatements: readonly SqlFragment[];
  /** Statements to run whenever the model's view is made; `@this_model` is the view. */
  readonly virtualStatements: readonly SqlFragment[];
  /** `@DEF` statements before the query, in order. */
  readonly definitions: readonly { readonly name: string; readonly value: SqlFragment }[];
  /** Values of the entry of `blueprints (...)` that made this model, SQL by name in lower case. */
  readonly blueprint: ReadonlyMap<string, string>;
  readonly cron: string | undefined;
  readonly cronLocation: Location | undefined;
  /** The time zone of the cron's ticks. */
  readonly cronTz: string | undefined;
  /** Whether an interval that is not over yet is computed, from the rows that are there. */
  readonly allowPartials: boolean;
  /** Start of this model's history, epoch milliseconds UTC. */
  readonly start: number | undefined;
  readonly owner: string | undefined;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly grains: readonly (readonly string[])[];
  /** Declared columns: a contract for queries, the schema for EXTERNAL and SEED. */
  readonly columns:
    | readonly { readonly name: string; readonly type: string; readonly location: Location }[]
    | undefined;
  readonly columnDescriptions: Readonly<Record<string, string>>;
  /** Its own, then those that the project gives to all models. */
  readonly audits: readonly AuditCall[];
  /** What its header says that it reads; undefined parts are empty. */
  readonly dependsOn: readonly {
    readonly schema: string;
    readonly table: string;
    readonly location: Location;
  }[];
  /** What has to say yes before `run` computes an interval. */
  readonly signals: readonly AuditCall[];
  /** Lint rules that are not to look at this model. */
  readonly ignoredRules: readonly LintRuleName[];
  /** What lint rules weigh for this model, whatever the project says. */
  readonly lintLevels: ReadonlyMap<LintRuleName, LintLevel>;
}
