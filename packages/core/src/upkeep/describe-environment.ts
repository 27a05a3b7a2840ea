import { coverageOf } from '../plan/staleness.ts';
import type { ProjectConfig } from '../project/index.ts';
import {
  SCHEMA_VERSION,
  type EnvironmentDiffDocument,
  type EnvironmentDocument,
  type IntervalDocument,
} from '../report/index.ts';
import { physicalKey, type EnvironmentState, type State } from '../state/index.ts';
import { covered, isAllTime, isoInstant, subtract, type TimeRange } from '../time/index.ts';
import { behind } from './behind.ts';
import { compareEnvironments } from './compare-environments.ts';
import { expiresAt, usedAt } from './expiry.ts';
import { stands, viewStatus, type Standing } from './standing.ts';

/** What an environment shows, and how it stands with it. */
export function describeEnvironment(
  state: State,
  standing: Standing,
  environment: EnvironmentState,
  lastRuns: ReadonlyMap<string, number>,
  config: ProjectConfig,
): EnvironmentDocument {
  const end = expiresAt(environment, lastRuns, config);
  return {
    schema_version: SCHEMA_VERSION,
    name: environment.name,
    sequence: environment.sequence,
    promoted_at: isoInstant(environment.promotedAt),
    run: environment.runId,
    from: environment.from ?? null,
    used_at: isoInstant(usedAt(environment, lastRuns)),
    expires_at: end === undefined ? null : isoInstant(end),
    models: [...environment.models.values()].map((shown) => {
      const snapshot = state.snapshots.get(shown.physical);
      const entries = state.ledger.get(shown.physical) ?? [];
      const done = entries.reduce((latest, e) => Math.max(latest, e.doneAt), 0);
      return {
        model: shown.model,
        kind: snapshot?.kind ?? '',
        version: snapshot?.version ?? '',
        physical: shown.physical,
        view: physicalKey(shown.view),
        stands:
          snapshot !== undefined &&
          stands(standing, snapshot) &&
          viewStatus(standing, state, shown).kind === 'right',
        intervals: intervals(coveredBy(state, shown.physical)),
        done_at: entries.length === 0 ? null : isoInstant(done),
        behind: behind(state, shown.physical),
      };
    }),
  };
}

/** What a second environment has otherwise than a first. */
export function diffEnvironments(
  state: State,
  before: EnvironmentState,
  after: EnvironmentState,
): EnvironmentDiffDocument {
  const models = compareEnvironments(state, before.models, after.models).map((change) => {
    const old = change.before === null ? [] : coveredBy(state, change.before);
    const now = change.after === null ? [] : coveredBy(state, change.after);
    const both = change.before !== null && change.after !== null;
    return {
      ...change,
      only_before: both ? intervals(subtract(old, now)) : [],
      only_after: both ? intervals(subtract(now, old)) : [],
    };
  });
  const same = [...after.models.values()].filter(
    (m) => before.models.get(m.model)?.physical === m.physical,
  ).length;
  const count = (what: string, words: string): readonly string[] => {
    const n = models.filter((m) => m.change === what).length;
    return n === 0 ? [] : [`${n} ${words}`];
  };
  const parts = [
    ...count('changed', 'changed'),
    ...count('rebound', 'over other tables'),
    ...count('added', `only in ${after.name}`),
    ...count('removed', `only in ${before.name}`),
    ...(same === 0 ? [] : [`${same} the same`]),
  ];
  return {
    schema_version: SCHEMA_VERSION,
    before: before.name,
    after: after.name,
    models,
    same,
    summary:
      models.length === 0
        ? `${before.name} and ${after.name} show the same tables.`
        : `${before.name} → ${after.name}: ${parts.join(', ')}.`,
  };
}

function coveredBy(state: State, key: string): readonly TimeRange[] {
  return covered(coverageOf(state.ledger.get(key) ?? []));
}

/** A whole table covers all time, which says nothing. */
function intervals(ranges: readonly TimeRange[]): readonly IntervalDocument[] {
  return ranges
    .filter((r) => !isAllTime(r))
    .map((r) => ({ start: isoInstant(r.start), end: isoInstant(r.end) }));
}
