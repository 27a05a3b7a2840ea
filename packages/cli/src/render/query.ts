import type { Cell, QueryDocument } from '@sluice/core';
import { formatCell, typedCell } from './cell-value.ts';
import { visible } from './cells.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { count } from './words.ts';

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|BIGNUM)$/i;

export function renderQuery(document: QueryDocument, style: Style): string {
  const columns = document.columns.map((c) => ({
    title: visible(c.name),
    align: NUMERIC.test(c.type) ? ('right' as const) : ('left' as const),
  }));
  const rows = document.rows.map((row) =>
    document.columns.map((c) => formatCell(typedCell(row[c.name] ?? null, c.type))),
  );
  return `${renderTable(columns, rows, style)}${paint(style).dim(`(${count(rows.length, 'row')})`)}\n`;
}

/** RFC 4180 with `\n`; NULL is an empty field, an empty text is `""`. */
export function renderCsv(document: QueryDocument): string {
  const { columns, rows } = document;
  const lines = [
    columns.map((c) => csvText(c.name)),
    ...rows.map((row) => columns.map((c) => csvField(typedCell(row[c.name] ?? null, c.type)))),
  ];
  return lines.map((fields) => `${fields.join(',')}\n`).join('');
}

function csvField(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'string') return csvText(value);
  return typeof value === 'object' ? csvText(JSON.stringify(value)) : String(value);
}

function csvText(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
