// Compiles a project by the library, and says how many seconds that took once the library was loaded.
// Arguments: the library's URL, and the project's folder.
const [, , library, root] = process.argv;
const { openWorkspace } = await import(library);
const started = performance.now();
const workspace = await openWorkspace({ root });
const { document } = await workspace.compile();
if (document.models.length === 0) throw new Error('nothing was compiled');
process.stdout.write(String((performance.now() - started) / 1000));
await workspace.close();
