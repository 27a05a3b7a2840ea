import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeKey, type Compiled } from '../compile/index.ts';
import { hasErrors, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import { openDuckDbSandbox } from '../engine/duckdb/duckdb-sandbox.ts';
import { nodeFiles, type Project } from '../project/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type TestDocument } from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import { compileProject } from './compile-project.ts';
import { CompileSession } from './compile-session.ts';
import { FolderWatch } from './folder-watch.ts';
import type { OpenProject } from './open-project.ts';
import { WatchedPaths } from './watched-paths.ts';

interface Compilation {
  readonly project: Project;
  readonly compiled: Compiled;
}

/** Runs unit tests. The warehouse is not opened: a test brings all its rows along. */
export async function answerTest(w: OpenProject, filters: readonly string[]): Promise<Answer<TestDocument>> {
  w.abort = new AbortController();
  return testOnce(w, filters, async () => {
    const { project, diagnostics } = await w.load();
    return compileProject(w, project, diagnostics);
  });
}

/** Runs them now, and again whenever files of the project or its tests have changed. What is wrong is an answer too. */
export async function watchTests(
  w: OpenProject,
  filters: readonly string[],
  onTested: (answer: Answer<TestDocument>) => void,
): Promise<void> {
  w.abort = new AbortController();
  const { signal } = w.abort;
  const paths = new WatchedPaths(w.root, ['tests']);
  const session = new CompileSession(w.root);
  const folder = await FolderWatch.open(w.root, paths);
  try {
    while (!signal.aborted) {
      const answer = await testOnce(w, filters, async () => {
        const compilation: Compilation = await session.compile();
        folder.add(paths.include(compilation.project));
        return compilation;
      }).catch((error: unknown) => {
        if (error instanceof SluiceError) return testAnswer([], error.diagnostics, 0, 'No test was run.');
        throw error;
      });
      if (signal.aborted) break;
      onTested(answer);
      await folder.next(signal);
    }
  } finally {
    await folder.close();
    await session.close();
  }
}

async function testOnce(
  w: OpenProject,
  filters: readonly string[],
  compile: () => Promise<Compilation>,
): Promise<Answer<TestDocument>> {
  const started = performance.now();
  const { loadSuites, ReferenceFinder, runTests, selectTests, testSummary } =
    await import('../unit-test/index.ts');
  const suites = loadSuites(nodeFiles(w.root), (path) => existsSync(join(w.root, path)));
  const selected = selectTests(suites.value, filters);
  if (hasErrors(selected.diagnostics))
    throw new SluiceError([...suites.diagnostics, ...selected.diagnostics]);
  const { project, compiled } = await compile();
  const binder = w.frontEnd();
  const { results, diagnostics } = await runTests({
    tests: selected.value,
    around: {
      project,
      nodes: new Map([...compiled.nodes.values()].map((n) => [nodeKey(n.name), n])),
      references: new ReferenceFinder((texts) => binder.parse(texts)),
      now: w.now(),
    },
    openSandbox: () => openDuckDbSandbox(project.sqlMacros.map((m) => m.sql)),
    lanes: w.options.jobs ?? Math.min(4, availableParallelism() + 1),
    absolute: (path) => resolve(w.root, path),
    signal: w.abort.signal,
  });
  return testAnswer(
    results,
    // What else is wrong with the project is said by `compile`; a test that needs it says so.
    [...suites.diagnostics, ...diagnostics],
    Math.round(performance.now() - started) / 1000,
    testSummary(results, !hasErrors(suites.diagnostics)),
  );
}

function testAnswer(
  tests: TestDocument['tests'],
  diagnostics: readonly Diagnostic[],
  seconds: number,
  summary: string,
): Answer<TestDocument> {
  return {
    diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      tests,
      diagnostics: diagnostics.map(toDiagnosticDocument),
      seconds,
      summary,
    },
  };
}
