/** Applies a project, for tests that kill it: `node apply-child.ts ROOT`. Says `apply` when compiling is over. */
import { openWorkspace } from '../../src/index.ts';

const [root = '', now = ''] = process.argv.slice(2);
const workspace = await openWorkspace({
  root,
  now: () => Number(now),
  jobs: 2,
  observer: (event) => {
    if (event.kind === 'apply-started') process.stdout.write('started\n');
  },
});
const { document } = await workspace.apply('prod');
await workspace.close();
process.stdout.write(`${document.status}\n`);
process.exit(document.status === 'failed' ? 1 : 0);
