import type { ProjectConfig } from '../project/index.ts';
import type { EnvironmentState, Promotion, RunRecord, Snapshot, State } from '../state/index.ts';
import { formatInstant } from '../time/index.ts';
import { dropEnvironment } from './drop-environment.ts';
import { expiresAt } from './expiry.ts';
import { stands, type Standing } from './standing.ts';
import { NO_MODELS, type Step, type Upkeep } from './upkeep.ts';

export interface Garbage {
  readonly state: State;
  readonly standing: Standing;
  readonly promotions: readonly Promotion[];
  /** All runs, newest first. */
  readonly runs: readonly RunRecord[];
  readonly lastRuns: ReadonlyMap<string, number>;
  readonly config: ProjectConfig;
  readonly now: number;
  /** Whether rows may go that could not be computed again. */
  readonly allowDestructive: boolean;
}

const DAY = 86_400_000;

/** Kinds whose rows may not be what a build from nothing gives, where state does not say it of the table. */
const HISTORY_KINDS: ReadonlySet<string> = new Set([
  'INCREMENTAL_BY_UNIQUE_KEY',
  'INCREMENTAL_BY_PARTITION',
  'INCREMENTAL_UNMANAGED',
  'SCD_TYPE_2_BY_TIME',
  'SCD_TYPE_2_BY_COLUMN',
]);

/**
 * What nobody needs any more: environments whose time is over, promotions and runs beyond what is kept, and physical
 * relations that no environment, no kept promotion and no apply that is still to be finished uses.
 */
export function collectGarbage(input: Garbage): Upkeep {
  const { state, standing, promotions, runs, config, now } = input;
  const steps: Step[] = [];
  const living: EnvironmentState[] = [];
  for (const environment of state.environments.values()) {
    const end = expiresAt(environment, input.lastRuns, config);
    if (end === undefined || end > now) living.push(environment);
    else steps.push(...dropEnvironment(state, standing, environment, `expired ${formatInstant(end)}`).steps);
  }

  const used = new Set<string>();
  for (const environment of living) {
    const own = promotions.filter((p) => p.environment === environment.name).toReversed();
    const beyond = own.slice(config.history.keep + 1).filter((p) => !p.forgotten);
    for (const p of own) if (!beyond.includes(p)) for (const m of p.models.values()) used.add(m.physical);
    if (beyond.length > 0) {
      steps.push({
        kind: 'forget-promotions',
        environment: environment.name,
        sequences: beyond.map((p) => p.sequence).toReversed(),
        reason: `beyond the last ${config.history.keep}`,
      });
    }
  }

  const unfinished = unfinishedRuns(runs, living, promotions);
  for (const [key, snapshot] of state.snapshots) {
    if (snapshot.dropped || used.has(key) || unfinished.has(snapshot.runId)) continue;
    const isSource = snapshot.kind === 'SOURCE';
    const isOnlyCopy = stands(standing, snapshot) && holdsHistory(snapshot);
    if (isOnlyCopy && !input.allowDestructive) {
      const reason = 'nobody uses it, but its rows could not be computed again: --allow-destructive drops it';
      steps.push({ kind: 'keep', what: 'table', name: snapshot.physical, reason });
    } else if (stands(standing, snapshot)) {
      const { physical, relation } = snapshot;
      steps.push({ kind: 'drop-relation', physical, relation, isSource, reason: 'nobody uses it' });
    } else if (!standing.relations.has(key.toLowerCase())) {
      steps.push({ kind: 'forget-relation', key, isSource, reason: 'nobody uses it, and it is gone' });
    }
  }

  const old = runs.filter((r) => (r.endedAt ?? r.startedAt) < now - config.history.days * DAY);
  const current = new Set(living.map((e) => e.runId));
  const forgotten = old.filter((r) => !current.has(r.runId) && !unfinished.has(r.runId)).map((r) => r.runId);
  if (forgotten.length > 0) {
    const reason = `older than ${config.history.days} ${config.history.days === 1 ? 'day' : 'days'}`;
    steps.push({ kind: 'forget-runs', runs: forgotten, reason });
  }
  return {
    kind: 'gc',
    environment: null,
    ...NO_MODELS,
    steps,
    summary: summarize(steps, forgotten.length, 'Drop', 'Forget'),
    done: summarize(steps, forgotten.length, 'Dropped', 'Forgot'),
  };
}

/** Whether the rows of a table could not be computed again from what its inputs hold now. */
function holdsHistory({ kind, fingerprint: { history, carried } }: Snapshot): boolean {
  return history ?? (carried !== undefined || HISTORY_KINDS.has(kind));
}

/**
 * Runs that built tables and did not come to show them: the next apply goes on from there, so these stay. A later promotion
 * of the same environment, or its removal, ends that.
 */
function unfinishedRuns(
  runs: readonly RunRecord[],
  living: readonly EnvironmentState[],
  promotions: readonly Promotion[],
): ReadonlySet<string> {
  const promoting = new Set(promotions.map((p) => p.runId));
  const alive = new Set(living.map((e) => e.name));
  const settled = new Set<string>();
  const found = new Set<string>();
  for (const run of runs) {
    if (promoting.has(run.runId) || run.command === 'env drop') settled.add(run.environment);
    const isNew = !promotions.some((p) => p.environment === run.environment);
    if (run.status === 'done' || settled.has(run.environment)) continue;
    if (alive.has(run.environment) || isNew) found.add(run.runId);
  }
  return found;
}

function summarize(steps: readonly Step[], runs: number, drop: string, forget: string): string {
  const count = (kind: Step['kind'], one: string, many = `${one}s`): readonly string[] => {
    const n = steps.filter((s) => s.kind === kind).length;
    return n === 0 ? [] : [`${n} ${n === 1 ? one : many}`];
  };
  const dropped = [
    ...count('forget-environment', 'expired environment'),
    ...count('drop-relation', 'physical table or view', 'physical tables and views'),
  ];
  const promotions = steps.reduce((n, s) => n + (s.kind === 'forget-promotions' ? s.sequences.length : 0), 0);
  const forgotten = [
    ...(promotions === 0 ? [] : [`${promotions} old ${promotions === 1 ? 'promotion' : 'promotions'}`]),
    ...(runs === 0 ? [] : [`${runs} old ${runs === 1 ? 'run' : 'runs'}`]),
    ...count('forget-relation', 'table that is gone', 'tables that are gone'),
  ];
  const parts = [
    ...(dropped.length === 0 ? [] : [`${drop} ${dropped.join(', ')}.`]),
    ...(forgotten.length === 0 ? [] : [`${forget} ${forgotten.join(', ')}.`]),
  ];
  return parts.length === 0 ? 'Nothing to do: everything is used.' : parts.join(' ');
}
