import type { Column } from '../compile/compiled.ts';
import type { TableName } from '../sql/quote.ts';
import type { Row } from './warehouse.ts';

/**
 * A place to try queries out on rows that a test brings along. It is empty at first, lives in memory and is gone when it
 * is closed; no warehouse is touched. Its clock stands where a test puts it.
 */
export interface Sandbox {
  /** Lanes share nothing but the process: what one makes, no other sees. */
  lane(): Promise<SandboxLane>;
  close(): void;
}

export interface SandboxLane {
  /** What `now()`, `current_date` and all their sisters say from now on: epoch ms UTC. */
  freeze(at: number): Promise<void>;
  /** Makes tables and views under their own names; all or none. `sql` is the query that gives their rows. */
  create(relations: readonly SandboxRelation[]): Promise<void>;
  drop(relations: readonly SandboxRelation[]): Promise<void>;
  /** Runs one query. @throws when the text is not one, or when it fails. */
  query(sql: string): Promise<{ readonly columns: readonly Column[]; readonly rows: readonly Row[] }>;
  /** A relation over a file, for FROM; the path is absolute. */
  fileRelation(format: 'parquet' | 'json', path: string): string;
  /** The names of a relation's columns. */
  columnsOf(relation: string): Promise<readonly string[]>;
  interrupt(): void;
}

export interface SandboxRelation {
  readonly kind: 'table' | 'view';
  readonly name: TableName;
  readonly sql: string;
}
