import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import {
  livesOn,
  seenBy,
  shownNodes,
  virtualUpdates,
  type Plan,
  type PlannedNode,
  type SqlWriter,
} from '../plan/index.ts';
import {
  physicalKey,
  type EnvironmentState,
  type PromotedModel,
  type SeenByAudit,
  type State,
} from '../state/index.ts';
import { formatInstant, isAllTime, normalize } from '../time/index.ts';
import { behind } from './behind.ts';
import { compareEnvironments } from './compare-environments.ts';
import { viewStatus, type Standing } from './standing.ts';
import type { Step, Upkeep } from './upkeep.ts';

/**
 * Lets an environment show the tables of another. `plan` is the plan for the target by the project that is there: promoting
 * is that plan when it has no work, so it never shows what apply would not.
 *
 * @throws {SluiceError} `environment-differs` when the project is not what `from` shows, `promotion-incomplete` when tables
 * lack what the target needs.
 */
export function planPromotion(
  state: State,
  standing: Standing,
  plan: Plan,
  writer: SqlWriter,
  from: EnvironmentState,
): Upkeep {
  const { environment } = plan;
  const nodes = shownNodes(plan);
  refuseOther(state, nodes, from);
  refuseOwn(nodes, from, plan);
  const lacking = nodes.flatMap(whatLacks);
  if (lacking.length > 0) throw new SluiceError(incomplete(lacking, from.name, environment));
  refuseUnaudited(state, plan, from);

  const models = nodes.map((n): PromotedModel => ({
    model: n.node.name,
    physical: n.key,
    view: n.view,
  }));
  const steps: Step[] = plan.removed
    .filter((r) => r.stands)
    .map((r) => ({ kind: 'drop-view', view: r.view, reason: `not shown by ${from.name}` }));
  for (const [i, shown] of models.entries()) {
    const status = viewStatus(standing, state, shown).kind;
    const physical = nodes[i]?.physical;
    if (status === 'right' || physical === undefined) continue;
    const reason = `as ${from.name} shows it`;
    steps.push({ kind: 'point-view', view: shown.view, physical, stands: status !== 'missing', reason });
  }
  const sequence = plan.sequence + (plan.promotes ? 1 : 0);
  const origin = { environment: from.name, sequence: from.sequence };
  if (plan.promotes) {
    const reason = `promotion ${from.sequence} of ${from.name}`;
    steps.push({ kind: 'record-promotion', environment, sequence, models, from: origin, reason });
  }
  const before = state.environments.get(environment)?.models ?? new Map<string, PromotedModel>();
  const changes = compareEnvironments(state, before, new Map(models.map((m) => [m.model, m])));
  const [change, changed] =
    changes.length === 1
      ? ['1 model changes', '1 model changed']
      : [`${changes.length} models change`, `${changes.length} models changed`];
  return {
    kind: 'promote',
    environment,
    sequence,
    from: origin,
    models: changes,
    virtual_updates: virtualUpdates(plan, writer).map((u) => ({
      model: u.model,
      view: physicalKey(u.view),
      sql: u.sql,
    })),
    behind: models.flatMap(({ model, physical }) => {
      const inputs = behind(state, physical);
      return inputs.length === 0 ? [] : [{ model, inputs }];
    }),
    steps: plan.promotes ? steps : [],
    summary: plan.promotes
      ? `Promote ${from.name} to ${environment}: ${change}, nothing is built.`
      : `Nothing to do: ${environment} shows what ${from.name} shows.`,
    done: `${environment} shows what ${from.name} shows: ${changed}, nothing was built.`,
  };
}

/** Definitions that are not those of the environment. */
function refuseOther(state: State, nodes: readonly PlannedNode[], from: EnvironmentState): void {
  const declared = new Set(nodes.map((n) => n.node.name));
  const isOther = ({ node, key }: PlannedNode): boolean => {
    const shown = from.models.get(node.name)?.physical;
    return shown === undefined || (shown !== key && state.snapshots.get(shown)?.version !== node.version);
  };
  const other = [
    ...nodes.filter(isOther).map((n) => n.node.name),
    ...[...from.models.keys()].filter((model) => !declared.has(model)),
  ];
  if (other.length === 0) return;
  throw new SluiceError(
    diagnostic(
      'environment-differs',
      `the project is not what ${from.name} shows: ${listed(other)} ${other.length === 1 ? 'is' : 'are'} other`,
      {
        hint: `Only what was tested is promoted. Bring the project to ${from.name} with sluice apply ${from.name}, or check out what it shows.`,
      },
    ),
  );
}

/** The same definitions, but rows that are the environment's alone: see `plan/place.ts`. */
function refuseOwn(nodes: readonly PlannedNode[], from: EnvironmentState, plan: Plan): void {
  const own = nodes.filter((n) => from.models.get(n.node.name)?.physical !== n.key);
  if (own.length === 0) return;
  const { environment } = plan;
  const names = listed(own.map((n) => n.node.name));
  const target = environment === 'prod' ? '' : ` ${environment}`;
  const reasons = own.map(({ node, carried }) =>
    livesOn(node) || carried?.forwardOnly === true
      ? `${node.name}: its table lives on (forward-only), and that of ${from.name} has rows that ${environment} would have otherwise`
      : `${node.name}: computed from such a table`,
  );
  throw new SluiceError(
    diagnostic(
      'environment-differs',
      `${from.name} has tables of its own that ${environment} must not show: ${names}`,
      {
        hint: plan.promotes
          ? `Bring the definitions to ${environment} with sluice apply${target}: there they carry on with the rows that ${environment} has.`
          : `${environment} has these definitions already, with rows of its own: there is nothing to bring.`,
        notes: [...reasons.slice(0, SHOWN), ...more(reasons.length)].map((message) => ({ message })),
      },
    ),
  );
}

function whatLacks({ node, work }: PlannedNode): readonly string[] {
  switch (work?.kind) {
    case undefined:
      return [];
    case 'intervals': {
      if (work.batches.some(isAllTime)) return [`${node.name}: its restatement is not through`];
      const ranges = normalize(work.batches).map(
        (r) => `${formatInstant(r.start)} → ${formatInstant(r.end)}`,
      );
      return [`${node.name}: not computed, or from less: ${listed(ranges)}`];
    }
    case 'table':
      return [`${node.name}: computed from inputs that were not complete, or have moved on`];
    case 'merge':
      return [`${node.name}: its inputs have rows that it has not taken in`];
    case 'carry':
      return [`${node.name}: its rows have yet to be carried over`];
    case 'load':
      return [`${node.name}: loaded since under another declaration`];
    case 'audit':
      return [`${node.name}: its rows have not passed its audits as they are now`];
    case 'seed':
    case 'view':
    case 'empty':
      return [`${node.name}: not built`];
    default:
      return work satisfies never;
  }
}

/** Standalone audits that are due for the target, and have not let the environment show the same rows. */
function refuseUnaudited(state: State, plan: Plan, from: EnvironmentState): void {
  const passed = state.standalone.get(from.name);
  const due = [...auditsSeen(state, plan)].filter(
    ([name, seen]) => JSON.stringify(passed?.get(name)) !== JSON.stringify(seen),
  );
  if (due.length === 0) return;
  const names = listed(due.map(([name]) => name));
  throw new SluiceError(
    diagnostic(
      'promotion-incomplete',
      `${from.name} is not audited for ${plan.environment}: its tables have not passed ${names} as ${due.length === 1 ? 'it is' : 'they are'} now`,
      { hint: `Standalone audits run with sluice apply ${from.name}.` },
    ),
  );
}

/** What the standalone audits that are due would see: no more is to be done for them, if they have seen it elsewhere. */
export function auditsSeen(state: State, plan: Plan): ReadonlyMap<string, SeenByAudit> {
  return new Map(
    plan.audits.map(({ audit }) => [
      audit.name,
      seenBy(audit, plan.nodes, (key) => state.ledger.get(key) ?? []),
    ]),
  );
}

function incomplete(lacking: readonly string[], from: string, to: string): Diagnostic {
  const models = lacking.length === 1 ? '1 model lacks' : `${lacking.length} models lack`;
  const target = to === 'prod' ? '' : ` ${to}`;
  return diagnostic('promotion-incomplete', `${from} is not complete for ${to}: ${models} something`, {
    hint: `sluice apply${target} reuses what is there and computes the rest. If only new data is missing, sluice run ${from} brings it in.`,
    notes: [...lacking.slice(0, SHOWN), ...more(lacking.length)].map((message) => ({ message })),
  });
}

const SHOWN = 10;

function listed(names: readonly string[]): string {
  return [...names.slice(0, SHOWN), ...more(names.length)].join(', ');
}

function more(count: number): readonly string[] {
  return count <= SHOWN ? [] : [`and ${count - SHOWN} more`];
}
