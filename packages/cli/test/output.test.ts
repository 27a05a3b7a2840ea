/** What a process writes is whole, though it ends as soon as it has written it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ORDERS } from '../../core/test/support/orders.ts';
import { TestProject } from '../../core/test/support/project.ts';
import { COMMAND } from './command.ts';

const [node, command] = COMMAND;

/** More than a pipe holds. */
const LONG = `SELECT ${Array.from({ length: 40_000 }, (_, i) => i).join(' + ')} AS n`;

function files(): Record<string, string> {
  return { ...ORDERS, 'models/marts/long.sql': `MODEL (name marts.long, kind FULL);\n${LONG}\n` };
}

test('to a reader that takes its time', async () => {
  await using project = new TestProject(files());
  const child = spawn(node, [command, 'render', 'marts.long'], {
    cwd: project.root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  expect(await ended).toEqual([0, null]);
  expect(out.trimEnd().endsWith(LONG)).toBe(true);
});

test('to a file', async () => {
  await using project = new TestProject(files());
  const path = project.path('out.sql');
  const file = openSync(path, 'w');
  const child = spawn(node, [command, 'render', 'marts.long'], {
    cwd: project.root,
    stdio: ['ignore', file, 'inherit'],
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  closeSync(file);
  expect(project.read('out.sql').trimEnd().endsWith(LONG)).toBe(true);
});

test('to a reader that has gone', async () => {
  await using project = new TestProject(files());
  const child = spawn(node, [command, 'render', 'marts.long'], {
    cwd: project.root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(said).toBe('');
});
