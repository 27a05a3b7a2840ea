import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrors, toJUnit, type Answer, type TestDocument } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { testSuites } from '../render/test-suites.ts';
import { renderTests } from '../render/tests.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function test(invocation: Invocation): Promise<number> {
  const format = invocation.format();
  const filter = invocation.text('filter');
  const junit = invocation.text('junit');
  if (invocation.flag('watch')) checkWatch(format, junit);
  const filters = [...invocation.args, ...(filter === undefined ? [] : [filter])];
  return withWorkspace(invocation, async (workspace, reporter) => {
    if (invocation.flag('watch')) {
      await workspace.watchTests(filters, (answer) => printRun(invocation, answer, format));
      // Ctrl-C is the one way it ends.
      return EXIT.interrupted;
    }
    const answer = await workspace.test(filters);
    reporter.stop();
    if (junit !== undefined) {
      const path = invocation.path(junit);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, toJUnit(testSuites(answer.document)));
    }
    printRun(invocation, answer, format);
    if (answer.diagnostics.some((d) => d.code === 'interrupted')) return EXIT.interrupted;
    return hasErrors(answer.diagnostics) ? EXIT.bad : EXIT.good;
  });
}

function checkWatch(format: string, junit: string | undefined): void {
  const other = junit !== undefined ? '--junit' : format === 'text' || format === 'json' ? undefined : format;
  if (other === undefined) return;
  const option = other === '--junit' ? other : `--format ${other}`;
  throw invalidOption(`--watch does not go with ${option}`, 'It says things as text, or with --json.');
}

/** While watching, a document is one line. */
function printRun(invocation: Invocation, answer: Answer<TestDocument>, format: string): void {
  if (format === 'json' && invocation.flag('watch')) {
    invocation.context.stdout.write(`${JSON.stringify(answer.document)}\n`);
    return;
  }
  // For people the table of rows says more than the sentence that goes to machines.
  const diagnostics =
    format === 'text' ? answer.diagnostics.filter((d) => d.code !== 'test-failed') : answer.diagnostics;
  print(invocation, { ...answer, diagnostics }, renderTests, format);
}
