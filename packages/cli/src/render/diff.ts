import type { Cell, DiffDocument, ModelDiffDocument } from '@sluice/core';
import { formatCell } from './cell-value.ts';
import { visible } from './cells.ts';
import { changeWords, percent } from './diff-words.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { count } from './words.ts';

const INDENT = '    ';

/** `sluice diff`: a verdict a model, what differs below it; what is the same is only counted. */
export function renderDiff(document: DiffDocument, style: Style): string {
  const parts = document.models
    .filter((m) => m.status !== 'same')
    .map((m) => renderModel(m, document, style));
  return [...parts, `${visible(document.summary)}\n`].join(parts.length > 0 ? '\n' : '');
}

function renderModel(m: ModelDiffDocument, { before, after }: DiffDocument, style: Style): string {
  const p = paint(style);
  const name = p.bold(visible(m.model));
  if (m.status === 'added') return `${p.green('+')} ${name}  only in ${visible(after)}\n`;
  if (m.status === 'removed') return `${p.red('-')} ${name}  only in ${visible(before)}\n`;
  const lines = [`${p.yellow('~')} ${name}  ${changeWords(m)}`];
  for (const c of m.columns_added) lines.push(`${INDENT}${p.green(`+ ${visible(c.name)} ${c.type}`)}`);
  for (const c of m.columns_removed) lines.push(`${INDENT}${p.red(`- ${visible(c.name)} ${c.type}`)}`);
  for (const c of m.columns_retyped)
    lines.push(`${INDENT}${p.yellow(`~ ${visible(c.name)} ${c.from} → ${c.to}`)}`);
  if (m.note !== null) lines.push(`${INDENT}${p.dim(visible(m.note))}`);
  for (const v of m.values)
    lines.push(
      `${INDENT}${visible(v.column)}: ${count(v.changed, 'other value')} (${percent(v.share)} of rows)`,
    );
  const tables = [
    changedTable(m, before, after, style),
    rowTable(`only in ${visible(after)}`, m.samples.added, m.rows?.added ?? 0, style),
    rowTable(`only in ${visible(before)}`, m.samples.removed, m.rows?.removed ?? 0, style),
  ];
  return `${[lines.join('\n'), ...tables.filter((t) => t !== '')].join('\n')}\n`;
}

function changedTable(m: ModelDiffDocument, before: string, after: string, style: Style): string {
  const rows = m.samples.changed.flatMap((row) =>
    row.values.map((v) => [
      Object.entries(row.key)
        .map(([k, value]) => `${k} = ${formatCell(value)}`)
        .join(', '),
      visible(v.column),
      formatCell(v.before),
      formatCell(v.after),
    ]),
  );
  if (rows.length === 0) return '';
  const columns = [
    { title: 'row' },
    { title: 'column' },
    { title: visible(before) },
    { title: visible(after) },
  ] as const;
  return renderTable(columns, rows, style, INDENT).trimEnd();
}

function rowTable(
  title: string,
  rows: readonly Readonly<Record<string, Cell>>[],
  all: number,
  style: Style,
): string {
  const [first] = rows;
  if (first === undefined) return '';
  const names = Object.keys(first);
  const table = renderTable(
    names.map((n) => ({ title: visible(n) })),
    rows.map((row) => names.map((n) => formatCell(row[n] ?? null))),
    style,
    INDENT,
  ).trimEnd();
  const rest = all > rows.length ? `, ${rows.length} of ${count(all, 'row')}` : '';
  return `${INDENT}${paint(style).dim(`${title}${rest}`)}\n${table}`;
}
