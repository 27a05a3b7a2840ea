import type {
  ExpectationResultDocument,
  RowDifferenceDocument,
  TestCreatedDocument,
  TestDocument,
  TestResultDocument,
} from '@sluice/core';
import { formatCell, typedCell } from './cell-value.ts';
import { visible } from './cells.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { count, duration, number } from './words.ts';

/** Rows shown of one expectation; all of them are in the JSON document, up to its own limit. */
const MOST_SHOWN = 20;
/** Beyond so many columns, those that are the same everywhere are left out. */
const MOST_COLUMNS = 10;

/** `sluice test`: what failed and how, then the counts. Why a test could not be run stands among the diagnostics. */
export function renderTests(document: TestDocument, style: Style): string {
  const p = paint(style);
  const failed = document.tests.filter((t) => t.status === 'failed');
  const parts = failed.map((t) => `${renderTitle(t, style)}${renderTest(t, style)}\n`);
  const isGood = document.diagnostics.every((d) => d.severity !== 'error');
  const mark = isGood ? p.green('✓') : p.red('✗');
  return `${parts.join('')}${mark} ${visible(document.summary)} ${p.dim(duration(document.seconds))}\n`;
}

function renderTitle(t: TestResultDocument, style: Style): string {
  const p = paint(style);
  const description = t.description === null ? '' : `    ${p.dim(visible(t.description))}\n`;
  return `${p.red('✗')} ${p.bold(visible(t.name))} of ${visible(t.model)}  ${p.dim(`${visible(t.path)}:${t.line}`)}\n${description}`;
}

/** What differs in a test, an aligned table for each expectation that does not hold. */
export function renderTest(t: TestResultDocument, style: Style): string {
  return t.expectations
    .filter((e) => e.status === 'failed')
    .map((e) => renderExpectation(e, style))
    .join('');
}

function renderExpectation(e: ExpectationResultDocument, style: Style): string {
  const what = e.cte === null ? 'the query' : `the CTE ${visible(e.cte)}`;
  const lines = [
    `    ${what}: ${count(e.expected_rows, 'row')} expected, ${number(e.actual_rows)} came out, ${number(e.different_rows)} ${e.different_rows === 1 ? 'differs' : 'differ'}`,
  ];
  const shown = e.differences.slice(0, MOST_SHOWN);
  const columns = shownColumns(e);
  const rows = shown.flatMap((d) => tableRows(d, columns));
  const table = renderTable(
    [{ title: '' }, ...columns.map((c) => ({ title: visible(c.name) }))],
    rows.map((r) => [r.label, ...r.cells]),
    style,
    '    ',
  );
  const p = paint(style);
  // The first two lines are the title and the rule under it.
  const colored = table.split('\n').map((line, i) => {
    const row = rows[i - 2];
    return row === undefined ? line : row.isExpected ? p.green(line) : p.red(line);
  });
  lines.push(colored.join('\n').trimEnd());
  const more = e.different_rows - shown.length;
  if (more > 0) lines.push(p.dim(`    … and ${number(more)} more`));
  const hidden = e.columns.length - columns.length;
  if (hidden > 0) lines.push(p.dim(`    ${count(hidden, 'column')} without a difference left out`));
  return `${lines.join('\n')}\n`;
}

interface TableRow {
  readonly label: 'expected' | 'actual' | 'missing' | 'extra';
  readonly isExpected: boolean;
  readonly cells: readonly string[];
}

/** Of a changed row the second line has only what differs, so that it shows also without colours. */
function tableRows(
  d: RowDifferenceDocument,
  columns: ExpectationResultDocument['columns'],
): readonly TableRow[] {
  const cells = (row: RowDifferenceDocument['actual'], only?: readonly string[]): readonly string[] =>
    columns.map((c) =>
      only !== undefined && !only.includes(c.name)
        ? ''
        : formatCell(typedCell(row?.[c.name] ?? null, c.type)),
    );
  switch (d.kind) {
    case 'missing':
      return [{ label: 'missing', isExpected: true, cells: cells(d.expected) }];
    case 'extra':
      return [{ label: 'extra', isExpected: false, cells: cells(d.actual) }];
    case 'changed':
      return [
        { label: 'expected', isExpected: true, cells: cells(d.expected) },
        { label: 'actual', isExpected: false, cells: cells(d.actual, d.columns) },
      ];
    default:
      return d.kind satisfies never;
  }
}

function shownColumns(e: ExpectationResultDocument): ExpectationResultDocument['columns'] {
  if (e.columns.length <= MOST_COLUMNS || e.differences.some((d) => d.kind !== 'changed')) return e.columns;
  const different = new Set(e.differences.flatMap((d) => d.columns));
  let room = MOST_COLUMNS - different.size;
  return e.columns.filter((c) => different.has(c.name) || room-- > 0);
}

/** What `sluice test create` has written. */
export function renderTestCreated(document: TestCreatedDocument, style: Style): string {
  const p = paint(style);
  const inputs = document.inputs.map((i) => `  ${visible(i.name)}: ${count(i.rows, 'row')}\n`).join('');
  return `${inputs}${p.green('✓')} ${visible(document.summary)}\n`;
}
