import { compareFingerprints, NO_COLUMN_CHANGES, reason, type ChangedMeaning } from '../plan/explain.ts';
import type { ModelChangeDocument } from '../report/index.ts';
import type { PromotedModel, Snapshot, State } from '../state/index.ts';

type Models = ReadonlyMap<string, PromotedModel>;

/** How readers of one set of models find them changed in another, in the words of plans and explain-version. */
export function compareEnvironments(
  state: State,
  before: Models,
  after: Models,
): readonly ModelChangeDocument[] {
  const meanings = new Meanings(state, before, after);
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return names.flatMap((model): readonly ModelChangeDocument[] => {
    const [old, now] = [before.get(model)?.physical ?? null, after.get(model)?.physical ?? null];
    if (old === now) return [];
    const base = { model, before: old, after: now, columns: NO_COLUMN_CHANGES };
    if (old === null) {
      return [{ ...base, change: 'added', reasons: [{ code: 'new_model', message: 'not shown before' }] }];
    }
    if (now === null) {
      return [{ ...base, change: 'removed', reasons: [{ code: 'removed', message: 'no longer shown' }] }];
    }
    const change = meanings.of(model);
    return change === undefined
      ? [{ ...base, change: 'rebound', reasons: [reason.inputsRebound(meanings.changedInputs(model))] }]
      : [{ ...base, change: 'changed', reasons: change.reasons, columns: change.columns }];
  });
}

/** Changes of meaning, inputs before those that read them. */
class Meanings {
  readonly #state: State;
  readonly #before: Models;
  readonly #after: Models;
  readonly #known = new Map<string, ChangedMeaning | undefined>();

  constructor(state: State, before: Models, after: Models) {
    this.#state = state;
    this.#before = before;
    this.#after = after;
  }

  /** Undefined where the version is the same, or one side does not show the model. */
  of(model: string): ChangedMeaning | undefined {
    if (this.#known.has(model)) return this.#known.get(model);
    // Definitions have no cycles, but two of different times need not fit each other.
    this.#known.set(model, undefined);
    const change = this.#compare(model);
    this.#known.set(model, change);
    return change;
  }

  changedInputs(model: string): readonly string[] {
    const now = this.#snapshot(this.#after, model);
    return now === undefined ? [] : inputsOf(now).filter((input) => this.#moved(input));
  }

  #compare(model: string): ChangedMeaning | undefined {
    const old = this.#snapshot(this.#before, model);
    const now = this.#snapshot(this.#after, model);
    if (now === undefined || old?.version === now.version) return undefined;
    const inputs = inputsOf(now);
    const upstream = new Map<string, ChangedMeaning>();
    for (const input of inputs) {
      const change = this.of(input);
      if (change !== undefined) upstream.set(input, change);
    }
    const seen = {
      inputs: inputs.map((input) => ({ model: input, through: undefined })),
      columns: now.fingerprint.reads.map((r) => ({ ...r, through: undefined })),
      // What no environment shows is part of its readers; what it was is not kept.
      embedded: inputs.filter((input) => this.#snapshot(this.#after, input) === undefined),
    };
    return compareFingerprints(old?.fingerprint, now.fingerprint, seen, upstream);
  }

  #snapshot(models: Models, model: string): Snapshot | undefined {
    return this.#state.snapshots.get(models.get(model)?.physical ?? '');
  }

  #moved(model: string): boolean {
    return this.#before.get(model)?.physical !== this.#after.get(model)?.physical;
  }
}

function inputsOf(snapshot: Snapshot): readonly string[] {
  return [...new Set(snapshot.fingerprint.reads.map((r) => r.model))].toSorted();
}
