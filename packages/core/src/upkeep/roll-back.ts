import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { EnvironmentState, PromotedModel, Promotion, State } from '../state/index.ts';
import { behind } from './behind.ts';
import { compareEnvironments } from './compare-environments.ts';
import { stands, viewKey, viewStatus, type Standing } from './standing.ts';
import type { Step, Upkeep } from './upkeep.ts';

/**
 * Lets an environment show what an earlier promotion showed. Nothing is computed: the tables are those of then, so models
 * whose inputs have moved on since are named.
 *
 * @throws {SluiceError} `rollback-impossible` when that promotion, or a table of it, is no longer there.
 */
export function rollBack(
  state: State,
  standing: Standing,
  promotions: readonly Promotion[],
  environment: EnvironmentState,
  to: number | undefined,
): Upkeep {
  const { name } = environment;
  const target = findTarget(promotions, environment, to);
  const steps: Step[] = [];
  for (const shown of environment.models.values()) {
    const status = viewStatus(standing, state, shown).kind;
    if (target.models.has(shown.model) || status === 'missing' || status === 'foreign') continue;
    steps.push({ kind: 'drop-view', view: shown.view, reason: `not shown by promotion ${target.sequence}` });
  }
  const promoted: PromotedModel[] = [];
  const gone: string[] = [];
  const taken: string[] = [];
  for (const shown of target.models.values()) {
    const snapshot = state.snapshots.get(shown.physical);
    if (snapshot === undefined || !stands(standing, snapshot)) {
      gone.push(shown.physical);
      continue;
    }
    // Whose view it is, today's promotion says; what statements made of it then is not made again.
    const made = { model: shown.model, physical: shown.physical, view: shown.view };
    const current = environment.models.get(shown.model);
    const status = viewStatus(standing, state, { ...made, remade: current?.remade === true });
    if (status.kind === 'right' || (status.kind === 'remade' && current?.physical === shown.physical)) {
      promoted.push(status.kind === 'right' ? made : { ...made, remade: true });
      continue;
    }
    promoted.push(made);
    if (status.kind === 'foreign') taken.push(viewKey(shown.view));
    steps.push({
      kind: 'point-view',
      view: shown.view,
      physical: snapshot.physical,
      stands: status.kind !== 'missing',
      reason: `as promotion ${target.sequence} showed it`,
    });
  }
  if (taken.length > 0) throw new SluiceError(taken.map(nameTaken));
  if (gone.length > 0) {
    throw new SluiceError(
      diagnostic(
        'rollback-impossible',
        `promotion ${target.sequence} of ${name} cannot be shown again: tables of it are gone`,
        {
          hint: 'Put the definitions of then into the project and apply them; that builds the tables anew.',
          notes: firstOf(gone).map((message) => ({ message })),
        },
      ),
    );
  }
  const isSame = steps.length === 0 && isShown(environment, target);
  if (!isSame) {
    steps.push({
      kind: 'record-promotion',
      environment: name,
      sequence: environment.sequence + 1,
      models: promoted,
      from: { environment: name, sequence: target.sequence },
      reason: `back to promotion ${target.sequence}`,
    });
  }
  const models = compareEnvironments(state, environment.models, target.models);
  const [change, changed] =
    models.length === 1
      ? ['1 model changes', '1 model changed']
      : [`${models.length} models change`, `${models.length} models changed`];
  return {
    kind: 'rollback',
    environment: name,
    sequence: environment.sequence + (isSame ? 0 : 1),
    from: { environment: name, sequence: target.sequence },
    models,
    virtual_updates: [],
    behind: [...target.models.values()].flatMap(({ model, physical }) => {
      const inputs = behind(state, physical);
      return inputs.length === 0 ? [] : [{ model, inputs }];
    }),
    steps,
    summary: isSame
      ? `Nothing to do: ${name} shows promotion ${target.sequence} already.`
      : `Roll ${name} back to promotion ${target.sequence}: ${change}, nothing is built.`,
    done: `${name} shows promotion ${target.sequence} again: ${changed}, nothing was built.`,
  };
}

function findTarget(
  promotions: readonly Promotion[],
  environment: EnvironmentState,
  to: number | undefined,
): Promotion {
  const own = promotions.filter((p) => p.environment === environment.name);
  const bySequence = new Map(own.map((p) => [p.sequence, p]));
  const wanted = to ?? effective(bySequence, environment.sequence) - 1;
  const found = bySequence.get(wanted);
  if (found !== undefined && !found.forgotten) return found;
  const kept = own.filter((p) => !p.forgotten && p.sequence !== environment.sequence).map((p) => p.sequence);
  throw new SluiceError(
    diagnostic(
      'rollback-impossible',
      to === undefined && found === undefined
        ? `there is nothing before promotion ${wanted + 1} of ${environment.name}`
        : found === undefined
          ? `${environment.name} has no promotion ${wanted}`
          : `what promotion ${wanted} of ${environment.name} showed is no longer known`,
      {
        hint:
          own.length === 1
            ? 'It is the first there is.'
            : kept.length === 0
              ? 'No earlier promotion is kept. `history: { keep: … }` in project.yaml says how many are.'
              : `Promotions that are kept: ${kept.join(', ')}. sluice history --env ${environment.name} says what they were.`,
      },
    ),
  );
}

/** What a promotion shows: going back once more from a rollback leads further back, not forth again. */
function effective(promotions: ReadonlyMap<number, Promotion>, sequence: number): number {
  const promotion = promotions.get(sequence);
  const from = promotion?.from;
  return from?.environment === promotion?.environment && from !== undefined && from.sequence < sequence
    ? effective(promotions, from.sequence)
    : sequence;
}

function isShown(environment: EnvironmentState, target: Promotion): boolean {
  return (
    environment.models.size === target.models.size &&
    [...target.models.values()].every((m) => environment.models.get(m.model)?.physical === m.physical)
  );
}

function nameTaken(view: string): Diagnostic {
  return diagnostic('name-taken', `where ${view} should be stands something that Sluice did not make`, {
    hint: 'Rename or drop it first; Sluice never replaces what is not its own.',
  });
}

const SHOWN = 10;

function firstOf(names: readonly string[]): readonly string[] {
  return names.length <= SHOWN ? names : [...names.slice(0, SHOWN), `and ${names.length - SHOWN} more`];
}
