import { cellWidth, pad, truncate } from './cells.ts';
import { paint, type Style } from './style.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';
const NARROWEST = 8;

/**
 * An aligned table without a frame. Cells must hold no control characters. Where the terminal is too narrow, the widest
 * columns are cut; nothing is cut when the output is no terminal.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
  indent = '',
): string {
  if (columns.length === 0) return '';
  const p = paint(style);
  const widths = fit(
    columns.map((c, i) =>
      rows.reduce((most, row) => Math.max(most, cellWidth(row[i] ?? '')), cellWidth(c.title)),
    ),
    style.width - indent.length - GAP.length * (columns.length - 1),
  );
  const line = (cells: readonly string[]): string =>
    indent +
    columns
      .map((c, i) => pad(truncate(cells[i] ?? '', widths[i] ?? 0), widths[i] ?? 0, c.align))
      .join(GAP)
      .trimEnd();
  const lines = [
    p.bold(line(columns.map((c) => c.title))),
    p.dim(indent + widths.map((w) => '─'.repeat(w)).join(GAP)),
    ...rows.map(line),
  ];
  return `${lines.join('\n')}\n`;
}

/** Takes from the widest until all fit or none can give more. */
function fit(widths: readonly number[], room: number): readonly number[] {
  const fitted = [...widths];
  let excess = fitted.reduce((sum, w) => sum + w, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...fitted);
    if (widest <= NARROWEST) break;
    const second = Math.max(NARROWEST, ...fitted.filter((w) => w < widest));
    const tied = fitted.filter((w) => w === widest).length;
    const each = Math.max(1, Math.min(widest - second, Math.ceil(excess / tied)));
    for (let i = 0; i < fitted.length && excess > 0; i++) {
      if (fitted[i] !== widest) continue;
      fitted[i] = widest - each;
      excess -= each;
    }
  }
  return fitted;
}
