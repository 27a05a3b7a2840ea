/** Ctrl-C in the terminal: a process of its own is told to stop while a query runs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ORDERS } from '../../core/test/support/orders.ts';
import { resultsOf, TestProject } from '../../core/test/support/project.ts';
import { COMMAND } from './command.ts';

const [node, command] = COMMAND;

/** Hours of work in one query. */
const SLOW = `MODEL (name marts.slow, kind FULL);
SELECT sum(a.range * b.range)::HUGEINT + (SELECT count(*) FROM marts.daily) AS n FROM range(10000000) AS a, range(1000000) AS b
`;

/** `sluice apply`, once its slow model is at work. */
async function applying(project: TestProject): Promise<{ readonly child: ChildProcess; said(): string }> {
  const child = spawn(node, [command, 'apply', '--yes', '--now', '2024-02-01'], {
    cwd: project.root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const isAtWork = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      // Its only input is done, so that it comes next.
      if (said.includes('marts.daily ')) resolve();
    });
  });
  await isAtWork;
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { child, said: () => said };
}

async function expectToGoOn(project: TestProject): Promise<void> {
  const workspace = await project.workspace();
  expect((await workspace.checkState()).document.findings).toEqual([]);
  project.write('models/marts/slow.sql', 'MODEL (name marts.slow, kind FULL);\nSELECT 1 AS n\n');
  // What was done is not done again.
  const rest = resultsOf(await project.build());
  expect(rest).toContain('marts.slow done');
  expect(rest).not.toContain('marts.daily done');
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
}

test('once: the query is stopped, its transaction rolled back, and the exit code is 130', async () => {
  await using project = new TestProject({ ...ORDERS, 'models/marts/slow.sql': SLOW });
  const { child, said } = await applying(project);
  const asked = performance.now();
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(performance.now() - asked).toBeLessThan(5000);
  expect(said()).toContain('Stopping. Press Ctrl-C again to stop at once.');
  expect(said()).toContain('marts.slow was stopped; nothing of it was written');
  expect(await project.value('SELECT status FROM _sluice.run')).toBe('interrupted');
  expect((await project.physical()).filter((name) => name.includes('slow'))).toEqual([]);
  await expectToGoOn(project);
});

test('twice: the process ends at once, as the shell expects it of Ctrl-C, and nothing is lost', async () => {
  await using project = new TestProject({ ...ORDERS, 'models/marts/slow.sql': SLOW });
  const { child } = await applying(project);
  const asked = performance.now();
  child.kill('SIGINT');
  child.kill('SIGINT');
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  // The two may arrive as one: then it has stopped cleanly.
  expect([code, signal]).toSatisfy(
    ([c, s]: readonly unknown[]) => (c === null && s === 'SIGINT') || (c === 130 && s === null),
  );
  expect(performance.now() - asked).toBeLessThan(2000);
  await expectToGoOn(project);
});

test('while it waits for the warehouse: it goes at once', async () => {
  await using project = new TestProject({ ...ORDERS, 'models/marts/slow.sql': SLOW });
  const first = await applying(project);
  const second = spawn(node, [command, 'apply', '--yes', '--now', '2024-02-01'], {
    cwd: project.root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes('Waiting for the warehouse')) await once(second.stderr, 'data');
  expect(said).toContain(`PID ${first.child.pid ?? 0}`);
  second.kill('SIGINT');
  expect(await once(second, 'exit')).toEqual([130, null]);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  await expectToGoOn(project);
});
