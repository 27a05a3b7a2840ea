/** Unit tests of models: rows in, rows out, in a sandbox; and which models and columns no test looks at. */
export { coverageOf, coverageSummary, coverageTotals, testedModels } from './coverage.ts';
export { createTest } from './create-test.ts';
export { loadSuites, TESTS_FOLDER } from './load-suites.ts';
export { ReferenceFinder } from './reference-finder.ts';
export { runTests, testSummary } from './run-tests.ts';
export { selectTests } from './select-tests.ts';
