import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeKey } from '../compile/index.ts';
import { hasErrors, SluiceError } from '../diagnostic/index.ts';
import { openDuckDbSandbox } from '../engine/duckdb/duckdb-sandbox.ts';
import { nodeFiles } from '../project/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type TestDocument } from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import { compileProject } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

/** Runs unit tests. The warehouse is not opened: a test brings all its rows along. */
export async function answerTest(w: OpenProject, filters: readonly string[]): Promise<Answer<TestDocument>> {
  w.abort = new AbortController();
  const started = performance.now();
  const { loadSuites, ReferenceFinder, runTests, selectTests, testSummary } =
    await import('../unit-test/index.ts');
  const files = nodeFiles(w.root);
  const suites = loadSuites(files, (path) => existsSync(join(w.root, path)));
  const selected = selectTests(suites.value, filters);
  if (hasErrors(selected.diagnostics))
    throw new SluiceError([...suites.diagnostics, ...selected.diagnostics]);
  const { project, diagnostics: before } = await w.load(files);
  const { compiled, binder } = await compileProject(w, project, before);
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
  // What else is wrong with the project is said by `compile`; a test that needs it says so.
  const all = [...suites.diagnostics, ...diagnostics];
  return {
    diagnostics: all,
    document: {
      schema_version: SCHEMA_VERSION,
      tests: results,
      diagnostics: all.map(toDiagnosticDocument),
      seconds: Math.round(performance.now() - started) / 1000,
      summary: testSummary(results, !hasErrors(suites.diagnostics)),
    },
  };
}
