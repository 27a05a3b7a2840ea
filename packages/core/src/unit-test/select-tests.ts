import { diagnostic, didYouMean, type Outcome } from '../diagnostic/index.ts';
import { globPattern } from '../source/glob.ts';
import type { UnitTest } from './unit-test.ts';

/**
 * The tests that a filter names; all without one. A filter is a name or a glob of tests, models, files or folders, or
 * `file::test` as SQLMesh has it. One that names nothing is an error: a slip of the pen must not look like success.
 */
export function selectTests(
  tests: readonly UnitTest[],
  filters: readonly string[],
): Outcome<readonly UnitTest[]> {
  const selected = new Set<UnitTest>();
  const diagnostics = filters.flatMap((filter) => {
    const found = tests.filter((test) => matches(test, filter));
    for (const test of found) selected.add(test);
    if (found.length > 0) return [];
    const names = tests.flatMap((t) => [t.name, t.model, t.path]);
    return diagnostic('invalid-option', `no test is selected by '${filter}'`, {
      hint:
        didYouMean(filter, new Set(names)) ??
        (tests.length === 0
          ? 'The project has no unit tests: write some into tests/*.yaml, or let sluice test create write one.'
          : 'Filters are names or globs of tests, models or files: test_*, marts.*, tests/marts/orders.yaml::test_vat.'),
    });
  });
  return { value: filters.length === 0 ? tests : tests.filter((t) => selected.has(t)), diagnostics };
}

function matches(test: UnitTest, filter: string): boolean {
  const pattern = filter.toLowerCase().replace(/\/+$/, '').replace(/^\.\//, '');
  const glob = globPattern(pattern);
  const path = test.path.toLowerCase();
  const names = [test.name, test.model, test.path, `${test.path}::${test.name}`].map((n) => n.toLowerCase());
  return path.startsWith(`${pattern}/`) || names.some((n) => n === pattern || glob.test(n));
}
