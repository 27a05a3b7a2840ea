import type { Answer, ApplyDocument } from '@sluice/core';
import { exitCodeOf } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { print } from './output.ts';
import { renderApply } from './render/apply.ts';

/** Prints what an apply or a run did, and answers its exit code. */
export function printApply(invocation: Invocation, answer: Answer<ApplyDocument>, format?: string): number {
  // Models that were skipped are named in the summary; a remark for each of them would bury the error.
  const diagnostics = answer.diagnostics.filter((d) => d.code !== 'upstream-broken');
  print(invocation, { ...answer, diagnostics }, renderApply, format);
  return exitCodeOf(answer.document.status);
}
