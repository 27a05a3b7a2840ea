/** Runs one test in a lane of the sandbox. */
import { diagnostic, didYouMean, hasErrors, type Diagnostic } from '../diagnostic/index.ts';
import type { Column } from '../compile/compiled.ts';
import { nodeSchemaAndTable } from '../compile/names.ts';
import type { SandboxLane, SandboxRelation } from '../engine/sandbox.ts';
import type { Row } from '../engine/warehouse.ts';
import { compareRows, type RowDifference } from './compare-rows.ts';
import { cteQueries } from './cte-query.ts';
import { engineMessage, fixtureRelation, misfits } from './fixture-relation.ts';
import type { PreparedTest } from './prepare-test.ts';
import type { Expectation, Fixture, TestInput } from './unit-test.ts';

/** How one expectation came out. */
export interface ExpectationOutcome {
  readonly expectation: Expectation;
  /** The columns that were compared. */
  readonly columns: readonly Column[];
  readonly expected: readonly Row[];
  readonly actual: readonly Row[];
  readonly differences: readonly RowDifference[];
}

/** How a test came out: with errors among the diagnostics it could not be run to the end. */
export interface TestOutcome {
  readonly expectations: readonly ExpectationOutcome[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What the query of a model gives on the rows of a test. */
type Actual = Awaited<ReturnType<SandboxLane['query']>>;

export async function runTest(
  prepared: PreparedTest,
  lane: SandboxLane,
  absolute: (path: string) => string,
): Promise<TestOutcome> {
  const diagnostics: Diagnostic[] = [];
  const expectations: ExpectationOutcome[] = [];
  await withInputs(prepared, lane, absolute, diagnostics, async () => {
    const ctes = cteQueries(prepared.sql);
    for (const expectation of prepared.test.expectations) {
      const sql = queryOf(prepared, expectation, ctes, diagnostics);
      const actual =
        sql === undefined ? undefined : await runQuery(prepared, expectation, sql, lane, diagnostics);
      const outcome =
        actual === undefined
          ? undefined
          : await compare(prepared, expectation, actual, lane, absolute, diagnostics);
      if (outcome !== undefined) expectations.push(outcome);
    }
  });
  return { expectations, diagnostics };
}

/** The rows of a model's query on the inputs of a test; undefined with diagnostics when they cannot be had. */
export async function runModel(
  prepared: PreparedTest,
  lane: SandboxLane,
  absolute: (path: string) => string,
  diagnostics: Diagnostic[],
): Promise<Actual | undefined> {
  let actual: Actual | undefined;
  await withInputs(prepared, lane, absolute, diagnostics, async () => {
    actual = await runQuery(prepared, prepared.test, prepared.sql, lane, diagnostics);
  });
  return actual;
}

/** Makes the inputs, works, and takes them away again. */
async function withInputs(
  prepared: PreparedTest,
  lane: SandboxLane,
  absolute: (path: string) => string,
  diagnostics: Diagnostic[],
  work: () => Promise<void>,
): Promise<void> {
  await lane.freeze(prepared.executionTime);
  const relations: SandboxRelation[] = [];
  const made: {
    readonly fixture: Fixture;
    readonly columns: readonly Column[];
    readonly relation: SandboxRelation;
  }[] = [];
  for (const { node, input } of prepared.tables) {
    const { schema, table } = nodeSchemaAndTable(node.name);
    const fixture = input?.fixture ?? { ...NOTHING, location: prepared.test.location };
    const columns = input === undefined ? node.columns : retyped(node.columns, input, node.name, diagnostics);
    const found = await fixtureRelation(fixture, columns, node.name, lane, absolute, diagnostics);
    if (found === undefined) continue;
    const relation = { kind: 'table', name: { schema, name: table }, sql: found.sql } as const;
    relations.push(relation);
    made.push({ fixture, columns, relation });
  }
  if (hasErrors(diagnostics)) return;
  relations.push(...prepared.views);
  try {
    await lane.create(relations);
  } catch (error) {
    diagnostics.push(...(await blame(made, lane, error)));
    return;
  }
  try {
    await work();
  } finally {
    await lane.drop(relations.toReversed());
  }
}

const NOTHING = { kind: 'rows', rows: [], header: [] } as const;

/** Which of the inputs could not be made. */
async function blame(
  made: readonly {
    readonly fixture: Fixture;
    readonly columns: readonly Column[];
    readonly relation: SandboxRelation;
  }[],
  lane: SandboxLane,
  error: unknown,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const { fixture, columns, relation } of made) {
    const own = await lane.create([relation]).then(
      () => undefined,
      (e: unknown) => ({ error: e }),
    );
    if (own === undefined) await lane.drop([relation]);
    else found.push(...(await misfits(fixture, columns, lane, own.error)));
  }
  return found.length > 0 ? found : [diagnostic('query-failed', engineMessage(error))];
}

function retyped(
  columns: readonly Column[],
  { types }: TestInput,
  owner: string,
  diagnostics: Diagnostic[],
): readonly Column[] {
  const byKey = new Map(types.map((t) => [t.name.toLowerCase(), t]));
  const found = columns.map((column) => {
    const type = byKey.get(column.name.toLowerCase());
    byKey.delete(column.name.toLowerCase());
    return type === undefined ? column : { name: column.name, type: type.type };
  });
  const names = columns.map((c) => c.name);
  for (const { name, location } of byKey.values()) {
    diagnostics.push(
      diagnostic('unknown-column', `${owner} has no column '${name}'`, {
        location,
        hint: didYouMean(name, names) ?? `Its columns are ${names.join(', ')}.`,
      }),
    );
  }
  return found;
}

function queryOf(
  prepared: PreparedTest,
  { cte, location }: Expectation,
  ctes: ReadonlyMap<string, string>,
  diagnostics: Diagnostic[],
): string | undefined {
  if (cte === undefined) return prepared.sql;
  const found = [...ctes].find(([name]) => name.toLowerCase() === cte.toLowerCase());
  if (found !== undefined) return found[1];
  const names = [...ctes.keys()];
  diagnostics.push(
    diagnostic('unknown-cte', `the query of ${prepared.model.name} does not begin with a CTE '${cte}'`, {
      location,
      hint:
        didYouMean(cte, names) ??
        (names.length === 0 ? 'It has no WITH clause.' : `It begins with ${names.join(', ')}.`),
    }),
  );
  return undefined;
}

async function runQuery(
  prepared: PreparedTest,
  { location }: Pick<Expectation, 'location'>,
  sql: string,
  lane: SandboxLane,
  diagnostics: Diagnostic[],
): Promise<Actual | undefined> {
  try {
    return await lane.query(sql);
  } catch (error) {
    const message = engineMessage(error);
    diagnostics.push(
      /^INTERRUPT/i.test(message)
        ? diagnostic('interrupted', 'the test was stopped', { location })
        : diagnostic('query-failed', `the query of ${prepared.model.name} fails on these rows: ${message}`, {
            location,
          }),
    );
    return undefined;
  }
}

async function compare(
  prepared: PreparedTest,
  expectation: Expectation,
  actual: Actual,
  lane: SandboxLane,
  absolute: (path: string) => string,
  diagnostics: Diagnostic[],
): Promise<ExpectationOutcome | undefined> {
  const { fixture, cte, partial } = expectation;
  const owner = cte === undefined ? prepared.model.name : `the CTE ${cte}`;
  const wanted = (given: readonly string[]): readonly Column[] =>
    partial && given.length > 0
      ? actual.columns.filter((c) => given.includes(c.name.toLowerCase()))
      : actual.columns;
  const made = await fixtureRelation(fixture, actual.columns, owner, lane, absolute, diagnostics, wanted);
  if (made === undefined) return undefined;
  const { columns } = made;
  let expected: readonly Row[];
  try {
    // Without columns there is nothing to tell rows apart by; how many there are still counts.
    expected = (await lane.query(columns.length === 0 ? 'SELECT 1 WHERE FALSE' : made.sql)).rows;
  } catch (error) {
    diagnostics.push(...(await misfits(fixture, columns, lane, error)));
    return undefined;
  }
  const differences = compareRows(expected, actual.rows, {
    columns,
    ordered: expectation.ordered,
    tolerance: expectation.tolerance,
    grain: prepared.model.definition.grains[0] ?? [],
  });
  return { expectation, columns, expected, actual: actual.rows, differences };
}
