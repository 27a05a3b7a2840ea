import type { QuarantineDocument, QuarantineReplayDocument, QuarantineRowsDocument } from '@sluice/core';
import { formatCell } from './cell-value.ts';
import { visible } from './cells.ts';
import { instant, renderInterval } from './intervals.ts';
import { renderQuery } from './query.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { count, number } from './words.ts';

/** `sluice quarantine list`: a line for each audit of a run. */
export function renderQuarantine(document: QuarantineDocument, style: Style): string {
  if (document.groups.length === 0) return `${visible(document.summary)}\n`;
  const p = paint(style);
  const columns = [
    { title: 'kept (UTC)' },
    { title: 'model' },
    { title: 'audit' },
    { title: 'severity' },
    { title: 'rows', align: 'right' },
    { title: 'of', align: 'right' },
    { title: 'keys' },
    { title: 'interval' },
    { title: 'run' },
  ] as const;
  const rows = document.groups.map((g) => [
    instant(Date.parse(g.kept_at)).replace(/\.\d+$/, ''),
    visible(g.model),
    g.audit === null ? p.dim('not readable') : visible(g.reason ?? g.audit),
    g.severity === null ? '' : visible(g.severity),
    number(g.rows),
    g.found === null ? '' : number(g.found),
    keysOf(g),
    g.interval === null ? '' : renderInterval(g.interval),
    p.dim(visible(g.run)),
  ]);
  return `${renderTable(columns, rows, style)}\n${visible(document.summary)}\n`;
}

const KEYS = 3;

/** The first keys: a value, the values of a key of several columns in parentheses, or the line of a file. */
function keysOf({ kind, keys, rows }: QuarantineDocument['groups'][number]): string {
  const texts = keys.slice(0, KEYS).map((key) => {
    const parts = typeof key === 'object' && key !== null ? Object.values(key).map(formatCell) : [];
    if (kind === 'rejected') return parts.join(':');
    return parts.length === 1 ? parts.join('') : `(${parts.join(', ')})`;
  });
  return texts.length === 0 ? '' : [...texts, ...(rows > texts.length ? ['…'] : [])].join(', ');
}

/** `sluice quarantine show`: the rows as a query would show them, and how many are not shown. */
export function renderQuarantineRows(document: QuarantineRowsDocument, style: Style): string {
  if (document.total === 0) return `Nothing of ${visible(document.model)} is in quarantine.\n`;
  const hidden = document.total - document.rows.length;
  const more = hidden === 0 ? '' : paint(style).dim(`… and ${count(hidden, 'row')} more (--limit)\n`);
  return `${renderQuery({ schema_version: 1, columns: document.columns, rows: document.rows }, style)}${more}`;
}

/** `sluice quarantine replay`: what went back, and what is against the rest. */
export function renderReplay(document: QuarantineReplayDocument, style: Style): string {
  const p = paint(style);
  const lines = [
    ...document.intervals.map((interval) => `${p.dim('in')}      ${renderInterval(interval)}`),
    ...document.refused.map(
      (r) => `${p.yellow(count(r.rows, 'row'))} ${p.dim('not merged:')} ${visible(r.reason)}`,
    ),
    ...(document.readers.length === 0
      ? []
      : [`${p.dim('readers')} ${document.readers.map(visible).join(', ')}`]),
    visible(document.summary),
  ];
  return `${lines.join('\n')}\n`;
}
