/** The rows of an input or an expectation as SQL, once it is known that they fit the columns. */
import type { Column } from '../compile/compiled.ts';
import { diagnostic, didYouMean, type Diagnostic, type Location } from '../diagnostic/index.ts';
import type { SandboxLane } from '../engine/sandbox.ts';
import { loss } from './cell-sql.ts';
import { cellOf, relationSql, rowsSql, valueSql } from './fixture-sql.ts';
import type { Fixture, FixtureRow } from './unit-test.ts';

/** A fixture that fits as far as can be seen before DuckDB casts its values. */
export interface FixtureRelation {
  readonly sql: string;
  readonly columns: readonly Column[];
  /** Columns that are given, by name. */
  readonly given: readonly string[];
}

/**
 * @param owner what has the columns, for messages: a model, a source, a CTE
 * @param select the columns wanted, when they are told the names that are given; all of them if left out
 */
export async function fixtureRelation(
  fixture: Fixture,
  columns: readonly Column[],
  owner: string,
  lane: SandboxLane,
  absolute: (path: string) => string,
  diagnostics: Diagnostic[],
  select: (given: readonly string[]) => readonly Column[] = () => columns,
): Promise<FixtureRelation | undefined> {
  const known = new Map(columns.map((c) => [c.name.toLowerCase(), c]));
  const checkName = (name: string, location: Location): boolean => {
    if (known.has(name.toLowerCase())) return true;
    const names = columns.map((c) => c.name);
    diagnostics.push(
      diagnostic(
        'unknown-column',
        name === '' ? 'this value has no column' : `${owner} has no column '${name}'`,
        { location, hint: didYouMean(name, names) ?? `Its columns are ${names.join(', ')}.` },
      ),
    );
    return false;
  };
  if (fixture.kind === 'rows') {
    const before = diagnostics.length;
    for (const { name, location } of fixture.header) checkName(name, location);
    const told = new Set(fixture.header.map((h) => h.name.toLowerCase()));
    const twice = new Set<number>();
    for (const row of fixture.rows) {
      const inRow = new Map<Column, string>();
      for (const cell of row.cells) {
        const column = known.get(cell.name.toLowerCase());
        if (column === undefined) {
          if (!told.has(cell.name.toLowerCase())) checkName(cell.name, cell.nameLocation);
          told.add(cell.name.toLowerCase());
          continue;
        }
        const twin = inRow.get(column);
        inRow.set(column, cell.name);
        if (twin !== undefined) {
          // A header says it for all its rows.
          if (!twice.has(cell.nameLocation.start)) {
            const message = `'${twin}' and '${cell.name}' are the same column`;
            diagnostics.push(diagnostic('invalid-test', message, { location: cell.nameLocation }));
          }
          twice.add(cell.nameLocation.start);
          continue;
        }
        const lost = cell.value.kind === 'text' ? loss(cell.value.text, column.type) : undefined;
        if (lost !== undefined && cell.value.kind === 'text')
          diagnostics.push(doesNotFit(cell.value.text, column, cell.value.location, lost));
      }
    }
    if (diagnostics.length > before) return undefined;
    const names = [...fixture.header, ...fixture.rows.flatMap((r) => r.cells)].map((n) =>
      n.name.toLowerCase(),
    );
    const given = [...new Set(names)];
    const wanted = select(given);
    return { sql: rowsSql(fixture.rows, wanted), columns: wanted, given };
  }
  const relation =
    fixture.kind === 'query'
      ? `(\n${fixture.sql.trim().replace(/;$/, '')}\n)`
      : lane.fileRelation(fixture.format, absolute(fixture.path));
  let names: readonly string[];
  try {
    names = await lane.columnsOf(relation);
  } catch (error) {
    const what =
      fixture.kind === 'query' ? 'the query of this test fails' : `'${fixture.path}' cannot be read`;
    diagnostics.push(
      diagnostic('invalid-test', `${what}: ${engineMessage(error)}`, {
        location: fixture.location,
        hint: fixture.kind === 'query' ? 'It sees no tables: it makes its rows by itself.' : undefined,
      }),
    );
    return undefined;
  }
  if (names.some((name) => !checkName(name, fixture.location))) return undefined;
  const given = names.map((n) => n.toLowerCase());
  const wanted = select(given);
  return { sql: relationSql(relation, names, wanted), columns: wanted, given };
}

/** Why the rows of a fixture could not be made. */
export async function misfits(
  fixture: Fixture,
  columns: readonly Column[],
  lane: SandboxLane,
  error: unknown,
): Promise<readonly Diagnostic[]> {
  const found = fixture.kind === 'rows' ? await badCells(fixture.rows, columns, lane) : [];
  if (found.length > 0) return found;
  return [
    diagnostic('invalid-test-value', `these rows do not fit: ${engineMessage(error)}`, {
      location: fixture.location,
    }),
  ];
}

/** As many as a person mends at a time. */
const MOST_TOLD = 20;

async function badCells(
  rows: readonly FixtureRow[],
  columns: readonly Column[],
  lane: SandboxLane,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const row of rows) {
    for (const column of columns) {
      const cell = cellOf(row, column);
      if (cell === undefined) continue;
      const message = await lane
        .query(`SELECT ${valueSql(cell, column.type)}`)
        .then(() => undefined, engineMessage);
      if (message === undefined) continue;
      const written = row.cells.find((c) => c.name.toLowerCase() === column.name.toLowerCase());
      const text = written?.value.kind === 'text' ? written.value.text : cell.text;
      found.push(doesNotFit(text, column, written?.value.location ?? row.location, message));
      if (found.length === MOST_TOLD) return found;
    }
  }
  return found;
}

function doesNotFit(text: string, column: Column, location: Location, why: string): Diagnostic {
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return diagnostic('invalid-test-value', `'${shown}' is no value of ${column.name} ${column.type}`, {
    location,
    hint: `${why}.`.replace(/\.\.$/, '.'),
  });
}

/** The engine's first sentence, without the name of its class. */
export function engineMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n', 1)[0] ?? text).replace(/^[\w ]*Error: /, '').replaceAll('"', "'");
}
