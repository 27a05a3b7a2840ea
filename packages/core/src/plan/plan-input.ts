import type { Compiled } from '../compile/compiled.ts';
import type { ProjectConfig } from '../project/project.ts';
import type { State } from '../state/state.ts';
import type { SignalAnswer } from './held-back.ts';
import type { PlanSelection } from './narrow.ts';
import type { FileStatus } from './planned.ts';
import type { RestatementRequest } from './restatement.ts';

/** Everything a plan depends on. Equal inputs give equal plans. */
export interface PlanInput {
  readonly compiled: Compiled;
  readonly config: ProjectConfig;
  readonly state: State;
  /** What exists in the warehouse: lower-case `schema.name`. */
  readonly relations: ReadonlyMap<string, 'table' | 'view'>;
  /** What the files of each source hold, by source name. */
  readonly files: ReadonlyMap<string, FileStatus>;
  readonly environment: string;
  readonly now: number;
  /** `plan` and `apply` bring everything up to date; `run` leaves alone what its cron does not make due. */
  readonly mode: 'plan' | 'run';
  /** `run` computes whatever has ended or moved, whether or not its cron has ticked since. */
  readonly ignoreCron?: boolean | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly restate?: RestatementRequest | undefined;
  /** Computes no rows: `skip` makes tables empty, `empty` asks the warehouse about their queries as well. */
  readonly backfill?: 'skip' | 'empty' | undefined;
  /** Changed incremental models keep the rows that stand; those from a moment on are computed by the new definition. */
  readonly forwardOnly?: { readonly effectiveFrom: number | undefined } | undefined;
  /** Also what could not be computed again may be lost. */
  readonly allowDestructive?: boolean | undefined;
  /** What signals answered, of models that have some; undefined when nobody was asked and all counts as ready. */
  readonly signals?: ReadonlyMap<string, SignalAnswer> | undefined;
  /** Only these; the others stay as they are. */
  readonly select?: PlanSelection | undefined;
}
