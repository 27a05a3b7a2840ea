/** A Node that is too old is told so, whatever it lacks. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMAND } from './command.ts';

const [node, command] = COMMAND;

/** Takes away what older ones do not have, and says so. */
const OLD = `data:text/javascript,${encodeURIComponent(`
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });
  delete process.getBuiltinModule;
`)}`;

test.each([['--help'], ['plan'], ['--version']])('sluice %s', (argument) => {
  const { status, stdout, stderr } = spawnSync(node, ['--import', OLD, command, argument], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: 'Sluice needs Node 22.12 or newer; this is Node 18.20.8.\n',
  });
});
