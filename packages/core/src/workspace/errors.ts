/** What several commands say of names that do not exist or cannot be. */
import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import { environmentNameProblem } from '../project/index.ts';
import type { EnvironmentState, State } from '../state/index.ts';

export function checkEnvironmentName(name: string): void {
  const problem = environmentNameProblem(name);
  if (problem !== undefined) throw new SluiceError(problem);
}

export function unknownModel(name: string, known: readonly string[]): SluiceError {
  return new SluiceError(
    diagnostic('unknown-model', `there is no model '${name}'`, {
      hint: didYouMean(name, known) ?? 'sluice compile --json lists the models there are.',
    }),
  );
}

/** @throws {SluiceError} `unknown-environment` when nothing was ever promoted to it. */
export function knownEnvironment(state: State, name: string): EnvironmentState {
  checkEnvironmentName(name);
  const found = state.environments.get(name);
  if (found !== undefined) return found;
  throw new SluiceError(
    diagnostic('unknown-environment', `there is no environment '${name}'`, {
      hint: didYouMean(name, state.environments.keys()) ?? 'sluice env list says which there are.',
    }),
  );
}
