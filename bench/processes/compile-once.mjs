// One compile by the built library, in a process that has loaded it already: what is left without Node and modules. Prints
// the seconds. Argument: the project's folder.
import { openWorkspace } from '../../packages/core/dist/index.js';

const [, , root] = process.argv;
const workspace = await openWorkspace({ root });
const started = performance.now();
const { diagnostics } = await workspace.compile();
const seconds = (performance.now() - started) / 1000;
await workspace.close();
if (diagnostics.length > 0) throw new Error(diagnostics[0].message);
process.stdout.write(String(seconds));
