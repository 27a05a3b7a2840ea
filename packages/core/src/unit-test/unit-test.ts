import type { Location } from '../diagnostic/index.ts';
import type { VariableValue } from '../project/index.ts';

/** A value as its author wrote it, with its place. Numbers are texts, so that no digit is lost; DuckDB makes values of them. */
export type TestValue =
  | { readonly kind: 'null'; readonly location: Location }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** What YAML takes it for. */
      readonly scalar: string | number | boolean;
      readonly location: Location;
    }
  | { readonly kind: 'list'; readonly items: readonly TestValue[]; readonly location: Location }
  | { readonly kind: 'map'; readonly entries: readonly TestEntry[]; readonly location: Location };

/** A key of a mapping with its value: a cell of a row, or a field of a nested value. */
export interface TestEntry {
  readonly name: string;
  readonly nameLocation: Location;
  readonly value: TestValue;
}

export interface FixtureRow {
  readonly location: Location;
  readonly cells: readonly TestEntry[];
}

/** Rows of a test, wherever they come from. `location` is where the test says so. */
export type Fixture =
  | {
      readonly kind: 'rows';
      readonly rows: readonly FixtureRow[];
      /** Columns that a header names, also where there are no rows below it. */
      readonly header: readonly { readonly name: string; readonly location: Location }[];
      readonly location: Location;
    }
  | { readonly kind: 'query'; readonly sql: string; readonly location: Location }
  | {
      readonly kind: 'file';
      readonly format: 'parquet' | 'json';
      /** Relative to the project folder. */
      readonly path: string;
      readonly location: Location;
    };

/** What one input of the tested model holds. */
export interface TestInput {
  /** As written: `schema.name`. */
  readonly name: string;
  readonly location: Location;
  readonly fixture: Fixture;
  /** Other types than the input's own, by column. */
  readonly types: readonly { readonly name: string; readonly type: string; readonly location: Location }[];
}

/** What the query or one of its CTEs must give. */
export interface Expectation {
  /** A CTE's name; undefined for the query itself. */
  readonly cte: string | undefined;
  readonly location: Location;
  readonly fixture: Fixture;
  /** Only the columns that are mentioned count. */
  readonly partial: boolean;
  /** Rows must come in this order. */
  readonly ordered: boolean;
  /** How far a floating-point number may be off, absolutely; undefined: by rounding only. */
  readonly tolerance: number | undefined;
}

/** The moment and the interval that a test runs at: epoch ms UTC. */
export interface TestClock {
  readonly start: number | undefined;
  /** Exclusive. */
  readonly end: number | undefined;
  readonly executionTime: number | undefined;
}

/** One unit test of a model. */
export interface UnitTest {
  readonly name: string;
  readonly path: string;
  readonly location: Location;
  readonly description: string | undefined;
  readonly model: string;
  readonly modelLocation: Location;
  readonly inputs: readonly TestInput[];
  readonly expectations: readonly Expectation[];
  readonly variables: readonly {
    readonly name: string;
    readonly value: VariableValue;
    readonly location: Location;
  }[];
  readonly clock: TestClock;
}
