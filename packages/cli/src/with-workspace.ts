import type { Workspace, WorkspaceOptions } from '@sluice/core';
import type { Invocation } from './invocation.ts';
import { reporterFor, type Reporter } from './progress/reporter.ts';

/** Opens the project for one command, with progress and Ctrl-C, and closes it whatever happens. */
export async function withWorkspace(
  invocation: Invocation,
  work: (workspace: Workspace, reporter: Reporter) => Promise<number>,
  more: Pick<WorkspaceOptions, 'warehouse' | 'base' | 'now'> = {},
): Promise<number> {
  const { context } = invocation;
  const now = invocation.now();
  const jobs = invocation.number('jobs', '--jobs', 1, true);
  const lockTimeout = (invocation.number('lockTimeout', '--lock-timeout', 0, false) ?? 30) * 1000;
  const reporter = reporterFor(context.stderr, invocation.err, { verbose: invocation.flag('verbose') });
  let workspace: Workspace | undefined;
  let interrupts = 0;
  const release = context.onInterrupt(() => {
    interrupts++;
    if (workspace === undefined || interrupts > 1) {
      reporter.stop();
      context.stopAtOnce();
      return;
    }
    reporter.say('Stopping. Press Ctrl-C again to stop at once.');
    workspace.interrupt();
  });
  try {
    workspace = await context.openWorkspace({
      root: invocation.root(),
      ...more,
      lockTimeout,
      ...(context.tracer === undefined ? {} : { tracer: context.tracer }),
      observer: (event) => reporter.event(event),
      ...(now === undefined ? {} : { now }),
      ...(jobs === undefined ? {} : { jobs }),
      ...(invocation.flag('failFast') ? { failFast: true } : {}),
    });
    return await work(workspace, reporter);
  } finally {
    reporter.stop();
    release();
    // The answer is given by now: that closing failed changes nothing about it.
    await workspace?.close().catch((error: unknown) => {
      if (context.env['SLUICE_DEBUG'] === '1') context.stderr.write(`${String(error)}\n`);
    });
  }
}
