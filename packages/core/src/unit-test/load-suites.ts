/** All unit tests of a project: every YAML file below `tests/` that no test names as its data. */
import { SourceText, type Outcome, type Diagnostic } from '../diagnostic/index.ts';
import type { ProjectFiles } from '../project/index.ts';
import { parseSuite } from './parse-suite.ts';
import type { FixtureFiles } from './read-fixture.ts';
import type { UnitTest } from './unit-test.ts';

/** Where tests are. */
export const TESTS_FOLDER = 'tests';

/** @param exists whether there is a file of that path, also one that is no text */
export function loadSuites(
  files: ProjectFiles,
  exists: (path: string) => boolean,
): Outcome<readonly UnitTest[]> {
  const used = new Set<string>();
  const fixtures: FixtureFiles = {
    exists: (path) => exists(path),
    read: (path) => {
      used.add(path.replace(/^\.\//, ''));
      return files.read(path);
    },
  };
  const suites = files
    .list(TESTS_FOLDER)
    .filter((path) => /\.ya?ml$/i.test(path))
    .map((path) => {
      const diagnostics: Diagnostic[] = [];
      const tests = parseSuite(new SourceText(path, files.read(path) ?? ''), fixtures, diagnostics);
      return { path, tests, diagnostics };
    })
    .filter(({ path }) => !used.has(path));
  return {
    value: suites.flatMap((s) => s.tests),
    diagnostics: suites.flatMap((s) => s.diagnostics),
  };
}
