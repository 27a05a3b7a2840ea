import type { HistoryDocument, OriginDocument, RunDocument, RunSummaryDocument } from '@sluice/core';
import { visible, visibleLines } from './cells.ts';
import { instant, renderInterval } from './intervals.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { count, duration, number } from './words.ts';

/** Runs, newest first. */
export function renderHistory(document: HistoryDocument, style: Style): string {
  if (document.runs.length === 0) return 'Nothing was done yet that is remembered.\n';
  const columns = [
    { title: 'run' },
    { title: 'command' },
    { title: 'environment' },
    { title: 'status' },
    { title: 'models', align: 'right' },
    { title: 'rows', align: 'right' },
    { title: 'time', align: 'right' },
    { title: 'promotion' },
  ] as const;
  const rows = document.runs.map((r) => [
    visible(r.run),
    visible(r.command),
    visible(r.environment),
    visible(r.status),
    r.models_failed === 0
      ? number(r.models_done)
      : `${number(r.models_done)}, ${number(r.models_failed)} not`,
    number(r.rows),
    took(r),
    promotionOf(r),
  ]);
  const more = document.more ? '… and older ones; --limit shows more\n' : '';
  return `${renderTable(columns, rows, style)}${more}`;
}

/** One run: its models, and what each task did. */
export function renderRun(document: RunDocument, style: Style, { sql }: { readonly sql: boolean }): string {
  const p = paint(style);
  const head = [
    `${p.bold(visible(document.run))} ${visible([document.command, document.environment].join(' ').trim())}: ${visible(document.status)}`,
    `${p.dim('started')} ${when(document.started_at)} UTC${document.ended_at === null ? '' : `, took ${took(document)}`}, Sluice ${visible(document.tool)}`,
  ];
  if (document.promotion !== null) head.push(`${p.dim('promoted')} ${promotionOf(document)}`);
  const models = document.models.flatMap((m) => [
    '',
    `${m.status === 'done' ? p.green('✓') : p.red('✗')} ${p.bold(visible(m.model))} ${visible(m.action)}, ${visible(m.status)}: ${count(m.rows, 'row')}${m.diverted > 0 ? `, ${number(m.diverted)} diverted` : ''}, ${duration(m.seconds)}`,
    ...(m.error === null
      ? []
      : [
          `    ${p.red(`${m.error_code === null ? 'error' : `error[${visible(m.error_code)}]`}: ${visible(m.error)}`)}`,
        ]),
    ...(m.tasks.length < 2 && !sql
      ? []
      : m.tasks.flatMap((t) => [
          `    ${t.interval === null ? 'whole table' : renderInterval(t.interval)}: ${visible(t.status)}, ${count(t.rows, 'row')}, ${duration(t.seconds)}`,
          ...(sql && t.sql !== null ? [visibleLines(t.sql).replaceAll(/^/gm, '      ')] : []),
          ...(sql && t.sql === null && t.sql_digest !== null
            ? [p.dim('      (the SQL of the first task, for this interval)')]
            : []),
        ])),
  ]);
  const hint =
    !sql && document.models.some((m) => m.tasks.some((t) => t.sql !== null))
      ? ['', p.dim('--sql shows what was sent to the warehouse.')]
      : [];
  return `${[...head, ...models, ...hint].join('\n')}\n`;
}

function took(run: RunSummaryDocument): string {
  if (run.ended_at === null) return '';
  return duration((Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000);
}

function promotionOf({ promotion, environment }: RunSummaryDocument): string {
  return promotion === null ? '' : `${promotion.sequence}${fromWhere(promotion.from, environment)}`;
}

function fromWhere(from: OriginDocument | null, environment: string): string {
  if (from === null) return '';
  return from.environment === environment
    ? `, back to ${from.sequence}`
    : `, from ${visible(from.environment)} ${from.sequence}`;
}

function when(iso: string): string {
  return instant(Date.parse(iso)).replace(/\.\d+$/, '');
}
