import type { Diagnostic } from '../diagnostic/index.ts';
import type { Tracer } from '../engine/tracer.ts';
import type { ProjectConfig } from '../project/index.ts';
import type { SqlWriter } from '../plan/index.ts';
import type { Observer } from '../report/index.ts';
import type { RunContext, State } from '../state/index.ts';
import type { TimeRange } from '../time/index.ts';
import type { AuditOutcome } from './audits.ts';
import type { LiveLedger } from './live-ledger.ts';

/** What a task works with besides its node and its connection. */
export interface TaskContext {
  readonly config: ProjectConfig;
  readonly writer: SqlWriter;
  /** As it was read before anything was done. */
  readonly state: State;
  readonly ledger: LiveLedger;
  /** Digests of the SQL texts that history held before. */
  readonly texts: ReadonlySet<string>;
  /** The project folder, absolute. */
  readonly root: string;
  readonly run: RunContext;
  readonly observer: Observer;
  readonly tracer: Tracer;
  readonly signal: AbortSignal;
  /** The clock, for when an entry was done. */
  readonly clock: () => number;
  /** Adds to the diagnostics of the whole apply. */
  say(diagnostic: Diagnostic): void;
}

/** What a write did. */
export interface Written {
  readonly rows: number;
  /** Rows of a source that could not be parsed. */
  readonly rejected: number;
  /** Rows that a source's files have, where a sample of them was asked for. */
  readonly sampledFrom?: number | null;
  /** What is to be said once it stands. */
  readonly notices?: readonly Diagnostic[];
}

/** What the tasks of a node have done so far. */
export interface Progress {
  /** Of `performance.now()`. */
  readonly started: number;
  rows: number;
  rejected: number;
  /** Of a source of which a sample was asked for: how many rows there were. */
  sampledFrom: number | null;
  /** Rows that were diverted and put back as they were mended. */
  mended: number;
  readonly done: TimeRange[];
  readonly audits: AuditOutcome[];
  /** What is to be said once all of it stands. */
  readonly notices: Diagnostic[];
  /** What the task at hand has sent so far. */
  statements: readonly string[];
  /** When the task at hand began, of `performance.now()`. */
  taskStarted: number;
  /** The row of the snapshot as the last task wrote it. */
  snapshot: string | undefined;
}
