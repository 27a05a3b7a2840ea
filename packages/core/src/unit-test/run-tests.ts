/** Runs all tests, a few at a time, and says how each came out. */
import { countedRows, diagnostic, hasErrors, type Diagnostic } from '../diagnostic/index.ts';
import type { Sandbox, SandboxLane } from '../engine/sandbox.ts';
import type { Row } from '../engine/warehouse.ts';
import {
  toDiagnosticDocument,
  type RowDifferenceDocument,
  type TestResultDocument,
} from '../report/index.ts';
import type { Column } from '../compile/compiled.ts';
import type { RowDifference } from './compare-rows.ts';
import { prepareTest, type Surroundings } from './prepare-test.ts';
import { runTest, type ExpectationOutcome, type TestOutcome } from './run-test.ts';
import type { UnitTest } from './unit-test.ts';

export interface TestRun {
  readonly tests: readonly UnitTest[];
  readonly around: Surroundings;
  readonly openSandbox: () => Promise<Sandbox>;
  /** How many tests are run at the same time. */
  readonly lanes: number;
  /** A path of the project as the engine finds it. */
  readonly absolute: (path: string) => string;
  readonly signal: AbortSignal;
}

export interface TestRunResult {
  readonly results: readonly TestResultDocument[];
  /** Of all tests, with a `test-failed` for each that failed. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Answers come in the order of the tests. */
export async function runTests(run: TestRun): Promise<TestRunResult> {
  const { tests, around, signal } = run;
  // At once, so that their texts are parsed together.
  const prepared = await Promise.all(
    tests.map(async (test) => {
      const diagnostics: Diagnostic[] = [];
      return { test, diagnostics, ready: await prepareTest(test, around, diagnostics) };
    }),
  );
  const outcomes = new Map<UnitTest, { readonly outcome: TestOutcome; readonly seconds: number }>();
  const queue = prepared.filter((p) => p.ready !== undefined);
  if (queue.length > 0) {
    const sandbox = await run.openSandbox();
    const lanes: SandboxLane[] = [];
    const stop = (): void => lanes.forEach((lane) => lane.interrupt());
    signal.addEventListener('abort', stop);
    try {
      const work = async (): Promise<void> => {
        const lane = await sandbox.lane();
        lanes.push(lane);
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          if (signal.aborted || next.ready === undefined) return;
          const started = performance.now();
          const outcome = await runTest(next.ready, lane, run.absolute);
          outcomes.set(next.test, { outcome, seconds: Math.round(performance.now() - started) / 1000 });
        }
      };
      await Promise.all(Array.from({ length: Math.min(run.lanes, queue.length) }, work));
    } finally {
      signal.removeEventListener('abort', stop);
      sandbox.close();
    }
  }
  const all: Diagnostic[] = [];
  const results = prepared.map(({ test, diagnostics }) => {
    const done = outcomes.get(test);
    const own = [...diagnostics, ...(done?.outcome.diagnostics ?? [])];
    const expectations = done?.outcome.expectations ?? [];
    const isStopped = done === undefined && !hasErrors(own);
    if (isStopped) own.push(diagnostic('interrupted', 'the test was not run', { location: test.location }));
    const isWrong = hasErrors(own);
    const failed = expectations.filter((e) => e.differences.length > 0);
    own.push(...failed.map((e) => failure(test, e)));
    all.push(...own);
    return {
      name: test.name,
      path: test.path,
      line: test.location.line,
      model: around.nodes.get(test.model.toLowerCase())?.name ?? test.model,
      description: test.description ?? null,
      status: isWrong ? ('error' as const) : failed.length > 0 ? ('failed' as const) : ('passed' as const),
      seconds: done?.seconds ?? 0,
      expectations: expectations.map(toDocument),
      diagnostics: own.map(toDiagnosticDocument),
    };
  });
  return { results, diagnostics: all };
}

/** The document of an expectation holds so many differing rows. */
const MOST_DIFFERENCES = 100;

function toDocument(outcome: ExpectationOutcome): TestResultDocument['expectations'][number] {
  const { expectation, columns, expected, actual, differences } = outcome;
  return {
    cte: expectation.cte ?? null,
    status: differences.length === 0 ? 'passed' : 'failed',
    columns,
    expected_rows: expected.length,
    actual_rows: actual.length,
    different_rows: differences.length,
    differences: differences.slice(0, MOST_DIFFERENCES).map((d) => differenceDocument(d, columns)),
  };
}

function differenceDocument(d: RowDifference, columns: readonly Column[]): RowDifferenceDocument {
  const pick = (row: Row): Row => Object.fromEntries(columns.map((c) => [c.name, row[c.name] ?? null]));
  return {
    kind: d.kind,
    expected: d.kind === 'extra' ? null : pick(d.expected),
    actual: d.kind === 'missing' ? null : pick(d.actual),
    columns: d.kind === 'changed' ? d.columns : [],
  };
}

function failure(test: UnitTest, { expectation, differences }: ExpectationOutcome): Diagnostic {
  const what = expectation.cte === undefined ? 'the query' : `the CTE ${expectation.cte}`;
  const first = differences[0];
  const columns = first?.kind === 'changed' ? `, the first in ${first.columns.join(', ')}` : '';
  return diagnostic(
    'test-failed',
    `test ${test.name} of ${test.model}: ${what} differs in ${countedRows(differences.length)}${columns}`,
    {
      location: expectation.location,
    },
  );
}

/** `12 tests passed.`, `12 tests: 9 passed, 1 failed, 2 could not be run.` */
export function testSummary(results: readonly TestResultDocument[], isReadable: boolean): string {
  const failed = results.filter((r) => r.status === 'failed').length;
  const wrong = results.filter((r) => r.status === 'error').length;
  const all = results.length === 1 ? '1 test' : `${results.length} tests`;
  if (results.length === 0)
    return isReadable ? 'There are no unit tests.' : 'No test was run; the errors must be mended first.';
  if (failed + wrong === 0) return `${all} passed.`;
  const passed = results.length - failed - wrong;
  return `${all}: ${[
    ...(passed > 0 ? [`${passed} passed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(wrong > 0 ? [`${wrong} could not be run`] : []),
  ].join(', ')}.`;
}
