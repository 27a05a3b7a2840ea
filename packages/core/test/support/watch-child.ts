/**
 * `run --watch` with a clock that goes faster than ours: `node watch-child.ts ROOT START SPEED`. Says each document on a line;
 * stops on SIGTERM.
 */
import { openWorkspace } from '../../src/index.ts';

const [root = '', start = '', speed = ''] = process.argv.slice(2);
const begun = performance.now();
const workspace = await openWorkspace({
  root,
  now: () => Math.floor(Number(start) + (performance.now() - begun) * Number(speed)),
  observer: (event) => {
    if (event.kind === 'model-started') process.stdout.write(`${JSON.stringify(event)}\n`);
  },
});
process.once('SIGTERM', () => workspace.interrupt());
await workspace.watchRuns('prod', { poll: 500 }, ({ document }) => {
  process.stdout.write(`${JSON.stringify(document)}\n`);
});
await workspace.close();
