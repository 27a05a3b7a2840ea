import type { QuarantineOptions } from '@sluice/core';
import type { Invocation } from './invocation.ts';

/** Which rows of the quarantine a command is about, but for its models. */
export function quarantineOptions(invocation: Invocation): Omit<QuarantineOptions, 'models'> {
  const audit = invocation.text('audit');
  const run = invocation.text('run');
  return { ...(audit === undefined ? {} : { audit }), ...(run === undefined ? {} : { run }) };
}
