/**
 * Whatever an author's editor leaves behind, compiling ends in diagnostics or success: nothing is thrown, nothing hangs,
 * and every diagnostic says where it is. SLUICE_FUZZ=20000 for a long search, SLUICE_FUZZ_SEED for another one.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, type Binder } from '../src/compile/index.ts';
import { SourceText, type Diagnostic, type Location } from '../src/diagnostic/index.ts';
import { createDuckDbBinder } from '../src/engine/duckdb/duckdb-binder.ts';
import { SluiceError, type Workspace } from '../src/index.ts';
import { loadProject } from '../src/project/index.ts';
import { FUZZ_FOLDER, FUZZ_PROJECTS } from './support/fuzz-projects.ts';
import { mutate, mutation } from './support/mutate.ts';
import { TestProject, type Files } from './support/project.ts';

const RUNS = Number(process.env['SLUICE_FUZZ'] ?? 400);
const SEED = Number(process.env['SLUICE_FUZZ_SEED'] ?? 20260721);
/** No compile of these small projects may take longer, in milliseconds of the processor: others may be at work here too. */
const PATIENCE = 5000;

let binder: Binder;
let folder: TestProject;
let workspace: Workspace;
beforeAll(async () => {
  binder = await createDuckDbBinder();
  folder = new TestProject(FUZZ_FOLDER);
  workspace = await folder.workspace();
});
afterAll(async () => {
  binder.close();
  await folder[Symbol.asyncDispose]();
});

/** What may be said without a place: there is nothing to point at. */
const PLACELESS = new Set(['project-not-found']);

/** A place has to be in a file that is there, and to say the same by offset as by line and column. */
function badPlace(at: Location, files: Files): string | undefined {
  const text = files[at.path];
  if (text === undefined) return 'a place in a file that is not there';
  if (at.end > text.length || at.start > at.end) return 'a place outside the text';
  const real = new SourceText(at.path, text).locate(at.start, at.end);
  return JSON.stringify(real) === JSON.stringify(at) ? undefined : 'a place whose line and column are others';
}

function problem(d: Diagnostic, files: Files): string | undefined {
  if (d.code === 'internal') return 'an internal error';
  if (d.message.trim() === '') return 'no message';
  if (d.location === undefined) return PLACELESS.has(d.code) ? undefined : 'no place';
  return [d.location, ...d.notes.flatMap((n) => n.location ?? [])]
    .map((at) => badPlace(at, files))
    .find((p) => p !== undefined);
}

async function inMemory(files: Files): Promise<readonly Diagnostic[]> {
  const paths = Object.keys(files);
  const loaded = loadProject({
    list: (under) => paths.filter((p) => p.startsWith(`${under}/`)).sort(),
    read: (path) => files[path],
  });
  if (loaded.value === undefined) {
    expect(loaded.diagnostics, 'a project that cannot be loaded says why').not.toEqual([]);
    return loaded.diagnostics;
  }
  const { diagnostics } = await compile({
    project: loaded.value,
    binder,
    discovered: new Map(),
    settings: async () => '',
  });
  return [...loaded.diagnostics, ...diagnostics];
}

async function inFolder(path: string, text: string): Promise<readonly Diagnostic[]> {
  folder.write(path, text);
  try {
    if (path.startsWith('tests/')) return (await workspace.test()).diagnostics;
    return (await workspace.compile()).diagnostics;
  } catch (error) {
    if (error instanceof SluiceError) return error.diagnostics;
    throw error;
  } finally {
    folder.write(path, FUZZ_FOLDER[path] ?? '');
  }
}

interface Choice {
  readonly path: string;
  readonly files: Files;
}

/** Compiles projects with one file spoilt. Answers what went wrong, one example of each kind. */
async function search(
  choices: readonly Choice[],
  runs: number,
  outcome: (files: Files, path: string) => Promise<readonly Diagnostic[]>,
): Promise<readonly string[]> {
  const spoilt = fc.record({
    choice: fc.constantFrom(...choices),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  });
  const wrong = new Map<string, string>();
  for (const { choice, mutations } of fc.sample(spoilt, { numRuns: runs, seed: SEED })) {
    const { path, files } = choice;
    // As it is read again from disk: half a surrogate pair is no UTF-8.
    const text = Buffer.from(mutations.reduce((t, m) => mutate(path, t, m), files[path] ?? '')).toString();
    const current = { ...files, [path]: text };
    const add = (kind: string, more = ''): void =>
      void (wrong.has(kind) || wrong.set(kind, `${kind} ${more}\n${path}:\n${text}`));
    const started = process.cpuUsage();
    try {
      for (const d of await outcome(current, path)) {
        const found = problem(d, current);
        if (found !== undefined) add(`${d.code}: ${found}`, d.message);
      }
    } catch (error) {
      add(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    const { user, system } = process.cpuUsage(started);
    if ((user + system) / 1000 > PATIENCE) add('it takes too long');
  }
  return [...wrong.values()];
}

test('the projects are good before they are spoilt', async () => {
  // Properties of SQLMesh's that do nothing are warned of.
  for (const files of FUZZ_PROJECTS)
    expect((await inMemory(files)).filter((d) => d.code !== 'unused-property')).toEqual([]);
  expect((await workspace.compile()).diagnostics).toEqual([]);
  const { document, diagnostics } = await workspace.test();
  expect(diagnostics).toEqual([]);
  expect(document.tests.map((t) => t.status)).toEqual(['passed', 'passed']);
});

test(
  `${RUNS} spoilt projects`,
  async () => {
    const choices = FUZZ_PROJECTS.flatMap((files) => Object.keys(files).map((path) => ({ path, files })));
    expect(await search(choices, RUNS, inMemory)).toEqual([]);
  },
  Math.max(120_000, RUNS * 200),
);

const FOLDER_RUNS = Math.ceil(RUNS / 10);
test(
  `${FOLDER_RUNS} spoilt folders, also data and code`,
  async () => {
    // Tests are long: a third of the time it is theirs.
    const paths = Object.keys(FUZZ_FOLDER);
    const choices = [...paths, ...paths.flatMap((p) => (p.startsWith('tests/') ? [p, p, p] : []))].map(
      (path) => ({ path, files: FUZZ_FOLDER }),
    );
    const wrong = await search(choices, FOLDER_RUNS, (files, path) => inFolder(path, files[path] ?? ''));
    expect(wrong).toEqual([]);
  },
  Math.max(120_000, FOLDER_RUNS * 400),
);
