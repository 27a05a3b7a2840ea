import type { ColumnRefDocument, LineageDocument } from '@sluice/core';
import { cellWidth, pad, visible } from './cells.ts';
import { paint, textWidth, type Style } from './style.ts';
import { wrapList } from './words.ts';

/** A line per column with where its value comes from, or who reads it. */
export function renderLineage(document: LineageDocument, style: Style): string {
  const p = paint(style);
  const model = p.bold(visible(document.model));
  if (document.unknown) {
    return `The columns of ${model} cannot be traced: its query does something that Sluice does not know how to follow.\n`;
  }
  const upstream = document.direction === 'upstream';
  const arrow = upstream ? '←' : '→';
  const nameWidth = Math.max(0, ...document.columns.map((c) => cellWidth(visible(c.name))));
  const typeWidth = Math.max(0, ...document.columns.map((c) => cellWidth(visible(c.type))));
  const nobody = upstream ? 'no column' : 'nobody';
  const lines = document.columns.map((c) => {
    const lead = `  ${pad(visible(c.name), nameWidth)}  ${pad(visible(c.type), typeWidth)}  ${arrow} `;
    const sources = c.sources.map(refText);
    const text = wrapList(lead, sources.length === 0 ? [p.dim(nobody)] : sources, textWidth(style));
    return upstream && !c.direct && sources.length > 0 ? `${text} ${p.dim('(computed)')}` : text;
  });
  const title = upstream ? `${model} takes its columns from:` : `The columns of ${model} are read by:`;
  const influence = upstream
    ? remark('  rows depend on', document.influence.map(refText), style)
    : remark(
        '  it decides on the rows of',
        [...new Set(document.influence.map((r) => visible(r.model)))],
        style,
      );
  const audits = document.graph.nodes.filter((n) => n.node === 'audit').map((n) => visible(n.model));
  const looking = remark('  standalone audits that look at it:', audits, style);
  return `${[title, ...lines, ...influence, ...looking].join('\n')}\n`;
}

function remark(lead: string, names: readonly string[], style: Style): readonly string[] {
  return names.length === 0 ? [] : ['', wrapList(`${lead} `, names, textWidth(style))];
}

function refText(ref: ColumnRefDocument): string {
  return `${visible(ref.model)}.${visible(ref.column)}`;
}
