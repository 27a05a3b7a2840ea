import type { AuditHistoryDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { instant, renderInterval } from './intervals.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { number } from './words.ts';

/** `sluice audit --history`: a line a result, newest first. */
export function renderAuditHistory(document: AuditHistoryDocument, style: Style): string {
  const of = document.model === null ? '' : ` of ${visible(document.model)}`;
  if (document.results.length === 0) return `No audit${of} has run yet.\n`;
  const p = paint(style);
  const columns = [
    { title: 'when (UTC)' },
    { title: 'model' },
    { title: 'audit' },
    { title: 'result' },
    { title: 'failing rows', align: 'right' },
    { title: 'of', align: 'right' },
    { title: 'interval' },
    { title: 'run' },
  ] as const;
  const rows = document.results.map((r) => [
    instant(Date.parse(r.audited_at)).replace(/\.\d+$/, ''),
    visible(r.model),
    visible(r.call ?? r.audit),
    mark(r, p),
    r.status === 'passed' ? '' : number(r.failing_rows),
    r.rows_seen === null ? '' : number(r.rows_seen),
    r.interval === null ? '' : renderInterval(r.interval),
    p.dim(visible(r.run)),
  ]);
  return renderTable(columns, rows, style);
}

function mark(r: AuditHistoryDocument['results'][number], p: ReturnType<typeof paint>): string {
  switch (r.status) {
    case 'passed':
      return p.green('passed');
    case 'tolerated':
      return p.yellow('tolerated');
    case 'diverted':
    case 'undone':
      return p.yellow(r.status);
    case 'failed':
      return r.severity === 'warn' ? p.yellow('warned') : p.red('failed');
    default:
      return p.red('could not run');
  }
}
