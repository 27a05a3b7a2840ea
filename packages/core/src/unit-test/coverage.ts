/** Which models and columns a test or an audit looks at, from the texts alone: nothing is run. */
import { auditWords, nodeKey, type ColumnRef, type Compiled, type CompiledModel } from '../compile/index.ts';
import type { CoverageDocument } from '../report/index.ts';
import type { Expectation, UnitTest } from './unit-test.ts';

/** Names of columns, in lower case, that one audit looks at. */
type Looked = ReadonlySet<string>;
type ModelCoverage = CoverageDocument['models'][number];

/**
 * Models that compile, in dependency order. EXTERNAL ones are somebody else's; EMBEDDED ones are part of the queries that
 * read them, and are looked at when they have a test of their own.
 */
export function coverageOf(compiled: Compiled, tests: readonly UnitTest[]): readonly ModelCoverage[] {
  const standalone = standaloneColumns(compiled);
  const byModel = new Map<string, UnitTest[]>();
  for (const test of tests) {
    const key = nodeKey(test.model);
    byModel.set(key, [...(byModel.get(key) ?? []), test]);
  }
  return [...compiled.nodes.values()].flatMap((node) => {
    const own = byModel.get(nodeKey(node.name)) ?? [];
    if (node.node === 'source' || node.definition.kind.kind === 'EXTERNAL') return [];
    const over = standalone.get(node.name) ?? [];
    return node.definition.kind.kind === 'EMBEDDED' && own.length === 0
      ? []
      : [modelCoverage(node, own, over)];
  });
}

/** The names of models, in lower case, that have a test. */
export function testedModels(tests: readonly UnitTest[]): ReadonlySet<string> {
  return new Set(tests.map((t) => nodeKey(t.model)));
}

export function coverageTotals(models: readonly ModelCoverage[]): CoverageDocument['totals'] {
  const columns = models.flatMap((m) => m.columns);
  return {
    models: models.length,
    tested_models: models.filter((m) => m.tests > 0).length,
    audited_models: models.filter((m) => m.audits > 0).length,
    columns: columns.length,
    tested_columns: columns.filter((c) => c.tested).length,
    audited_columns: columns.filter((c) => c.audited).length,
    untouched_columns: columns.filter((c) => !c.tested && !c.audited).length,
  };
}

function modelCoverage(
  node: CompiledModel,
  tests: readonly UnitTest[],
  standalone: readonly Looked[],
): ModelCoverage {
  const { definition, audits, columns } = node;
  const expectations = tests.flatMap((t) => t.expectations).filter((e) => e.cte === undefined);
  const expected = new Set(expectations.flatMap((e) => namesIn(e, columns)));
  const audited = [...audits.map((a) => auditWords(a)), ...standalone];
  return {
    model: node.name,
    kind: definition.kind.kind,
    path: definition.path,
    tests: tests.length,
    audits: audits.length + standalone.length,
    columns: columns.map(({ name }) => ({
      name,
      tested: expected.has(name.toLowerCase()),
      audited: audited.some((names) => names.has(name.toLowerCase())),
    })),
  };
}

/** The columns that an expectation gives values of; a query or a file of data may give any. */
function namesIn({ fixture }: Expectation, columns: CompiledModel['columns']): readonly string[] {
  if (fixture.kind !== 'rows') return columns.map((c) => c.name.toLowerCase());
  return [...fixture.header, ...fixture.rows.flatMap((r) => r.cells)].map((c) => c.name.toLowerCase());
}

/**
 * What standalone audits look at, by model: columns that decide which rows are bad, and those that their own text names. One that
 * only comes along in a `*` is not looked at. Of an audit without a plan, its words are all there is to go by.
 */
function standaloneColumns(compiled: Compiled): ReadonlyMap<string, readonly Looked[]> {
  const found = new Map<string, Looked[]>();
  for (const audit of compiled.audits) {
    const words = auditWords(audit);
    for (const model of audit.dependencies) {
      const of = (refs: readonly ColumnRef[]): readonly string[] =>
        refs.filter((r) => r.model === model).map((r) => r.column.toLowerCase());
      const { reads } = audit;
      const columns =
        reads === undefined
          ? words
          : new Set([...of(reads.deciding), ...of(reads.named).filter((name) => words.has(name))]);
      found.set(model, [...(found.get(model) ?? []), columns]);
    }
  }
  return found;
}

/** `9 of 14 models have tests, 12 have audits; 31 of 120 columns have neither.` */
export function coverageSummary(totals: CoverageDocument['totals']): string {
  const { models, tested_models, audited_models, columns, untouched_columns } = totals;
  if (models === 0) return 'There are no models.';
  return `${tested_models} of ${models} models have tests, ${audited_models} have audits; ${untouched_columns} of ${columns} columns have neither.`;
}
