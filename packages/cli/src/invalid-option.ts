import { diagnostic, SluiceError } from '@sluice/core';

/** An argument or option that cannot be. */
export function invalidOption(message: string, hint?: string): SluiceError {
  return new SluiceError(diagnostic('invalid-option', message, { hint }));
}
