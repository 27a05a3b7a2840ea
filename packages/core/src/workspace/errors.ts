/** What several commands say of names that do not exist or cannot be. */
import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';

const ENVIRONMENT_NAME = /^[a-z][a-z0-9_]*$/;

export function checkEnvironmentName(name: string): void {
  if (ENVIRONMENT_NAME.test(name)) return;
  throw new SluiceError(
    diagnostic('invalid-environment-name', `'${name}' cannot be the name of an environment`, {
      hint: 'Use small letters, digits and underscores, beginning with a letter.',
    }),
  );
}

export function unknownModel(name: string, known: readonly string[]): SluiceError {
  return new SluiceError(
    diagnostic('unknown-model', `there is no model '${name}'`, {
      hint: didYouMean(name, known) ?? 'sluice compile --json lists the models there are.',
    }),
  );
}
