/**
 * Where state, views and tables disagree, and what can be done about it without losing anything: views are made again, and
 * what state says of tables that are gone is forgotten, so that the next plan builds them.
 */
import type { StateFindingDocument } from '../report/index.ts';
import type { LedgerEntry, PromotedModel, State } from '../state/index.ts';
import { stands, viewKey, viewStatus, type Standing } from './standing.ts';
import { NO_MODELS, type Step, type Upkeep } from './upkeep.ts';

export interface Finding extends Omit<StateFindingDocument, 'repair'> {
  readonly repair: Step | undefined;
}

export function checkState(state: State, standing: Standing): readonly Finding[] {
  const found = [
    ...relationFindings(state, standing),
    ...ledgerFindings(state, standing),
    ...unknownRelations(state, standing),
  ];
  for (const environment of state.environments.values()) {
    for (const shown of environment.models.values())
      found.push(...viewFindings(state, standing, environment.name, shown));
  }
  return found;
}

/** The repairs of findings, in the order in which they must be done. */
export function repairOf(findings: readonly Finding[]): Upkeep {
  const steps = findings.flatMap((f) => (f.repair === undefined ? [] : [f.repair]));
  const left = findings.length - steps.length;
  const parts = `${steps.length} of ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
  const rest = left === 0 ? '.' : `; ${left} ${left === 1 ? 'is' : 'are'} left to you.`;
  return {
    kind: 'repair',
    environment: null,
    ...NO_MODELS,
    steps,
    summary:
      steps.length === 0
        ? 'Nothing that can be repaired without losing something.'
        : `Repair ${parts}${rest}`,
    done: `Repaired ${parts}${rest}`,
  };
}

function relationFindings(state: State, standing: Standing): readonly Finding[] {
  return [...state.snapshots].flatMap(([key, snapshot]): readonly Finding[] => {
    if (snapshot.dropped || stands(standing, snapshot)) return [];
    const base = { name: key, environment: null };
    const relation = standing.relations.get(key.toLowerCase());
    if (relation !== undefined) {
      return [
        {
          ...base,
          problem: 'table-differs',
          message: `${key} should be a ${snapshot.relation} of ${snapshot.model}, and is a ${relation}`,
          repair: undefined,
        },
      ];
    }
    const message = `the ${snapshot.relation} ${key} of ${snapshot.model} is gone`;
    const reason = 'it is gone; the next plan builds it if it is needed';
    const isSource = snapshot.kind === 'SOURCE';
    return [
      {
        ...base,
        problem: 'table-missing',
        message,
        repair: { kind: 'forget-relation', key, isSource, reason },
      },
    ];
  });
}

function ledgerFindings(state: State, standing: Standing): readonly Finding[] {
  return [...state.ledger].flatMap(([key, entries]): readonly Finding[] => {
    const base = { name: key, environment: null };
    const forget = (reason: string): Step => ({ kind: 'forget-relation', key, isSource: false, reason });
    if (!state.snapshots.has(key) && !standing.relations.has(key.toLowerCase())) {
      return [
        {
          ...base,
          problem: 'ledger-without-table',
          message: `the ledger has entries for ${key}, which is not there`,
          repair: forget('there is no such table'),
        },
      ];
    }
    if (!overlaps(entries)) return [];
    return [
      {
        ...base,
        problem: 'ledger-overlaps',
        message: `the ledger says of ${key} twice when one interval was done`,
        repair: forget('its ledger contradicts itself; the next plan computes it anew'),
      },
    ];
  });
}

function overlaps(entries: readonly LedgerEntry[]): boolean {
  return entries.some((entry, i) => entry.end > (entries[i + 1]?.start ?? Number.POSITIVE_INFINITY));
}

/** Relations where only Sluice's should be. */
function unknownRelations(state: State, standing: Standing): readonly Finding[] {
  const known = new Set([...state.snapshots].flatMap(([key, s]) => (s.dropped ? [] : [key.toLowerCase()])));
  // What is shown and has no record is built anew by the next plan.
  for (const environment of state.environments.values())
    for (const shown of environment.models.values()) known.add(shown.physical.toLowerCase());
  return [...standing.relations].flatMap(([name, relation]): readonly Finding[] =>
    !name.startsWith('sluice__') || known.has(name)
      ? []
      : [
          {
            problem: 'unknown-table',
            name,
            environment: null,
            message: `state does not know the ${relation} ${name}; if it is not yours, drop it`,
            repair: undefined,
          },
        ],
  );
}

function viewFindings(
  state: State,
  standing: Standing,
  environment: string,
  shown: PromotedModel,
): readonly Finding[] {
  const name = viewKey(shown.view);
  const snapshot = state.snapshots.get(shown.physical);
  const target = snapshot !== undefined && stands(standing, snapshot) ? snapshot.physical : undefined;
  const status = viewStatus(standing, state, shown);
  const base = { name, environment };
  const point = (isThere: boolean, reason: string): Step | undefined =>
    target === undefined
      ? undefined
      : { kind: 'point-view', view: shown.view, physical: target, stands: isThere, reason };
  switch (status.kind) {
    case 'right':
    case 'remade':
      return [];
    case 'missing':
      return [
        {
          ...base,
          problem: 'view-missing',
          message: `the view ${name} of ${environment} is gone${target === undefined ? ', and so is its table: the next apply builds both' : ''}`,
          repair: point(false, 'it is gone'),
        },
      ];
    case 'elsewhere':
      return [
        {
          ...base,
          problem: 'view-differs',
          message: `the view ${name} of ${environment} shows ${status.physical} instead of ${shown.physical}`,
          repair: point(true, `it shows ${status.physical}`),
        },
      ];
    case 'foreign':
      return [
        {
          ...base,
          problem: status.relation === 'table' ? 'name-taken' : 'view-differs',
          message:
            status.relation === 'table'
              ? `a table that Sluice did not make stands where ${environment} has its view ${name}; rename or drop it`
              : `the view ${name} of ${environment} was replaced by one that Sluice did not make; rename or drop it`,
          repair: undefined,
        },
      ];
    default:
      return status satisfies never;
  }
}
