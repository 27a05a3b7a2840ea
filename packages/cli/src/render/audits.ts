import type { AuditDocument, AuditResultDocument } from '@sluice/core';
import { formatCell } from './cell-value.ts';
import { visible } from './cells.ts';
import { renderInterval } from './intervals.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { count, number } from './words.ts';

const MOST_SAMPLES = 5;

/** `sluice audit`: what failed with sample rows, then the counts. */
export function renderAudits(document: AuditDocument, style: Style): string {
  const failures = renderFailures(document.audits, null, style, true);
  return `${failures === '' ? '' : `${failures}\n`}${visible(document.summary)}\n`;
}

/** Whether a blocking audit failed or an audit could not be run. */
export function blocks(audits: readonly AuditResultDocument[]): boolean {
  return audits.some((a) => a.status === 'error' || (a.status === 'failed' && a.severity !== 'warn'));
}

/** `12 passed, 1 failed, 2 warned`; empty when there are none. */
export function auditCounts(audits: readonly AuditResultDocument[], style: Style): string {
  const p = paint(style);
  const passed = audits.filter((a) => a.status === 'passed').length;
  const tolerated = audits.filter((a) => a.status === 'tolerated').length;
  const warned = audits.filter((a) => a.status === 'failed' && a.severity === 'warn').length;
  const diverted = audits.filter((a) => a.status === 'diverted').length;
  const failed = audits.filter((a) => a.status === 'failed' && a.severity !== 'warn').length;
  const broken = audits.filter((a) => a.status === 'error').length;
  return [
    ...(passed > 0 ? [p.green(`${number(passed)} passed`)] : []),
    ...(tolerated > 0 ? [p.yellow(`${number(tolerated)} tolerated`)] : []),
    ...(diverted > 0 ? [p.yellow(`${number(diverted)} diverted rows`)] : []),
    ...(failed > 0 ? [p.red(`${number(failed)} failed`)] : []),
    ...(broken > 0 ? [p.red(`${number(broken)} could not be run`)] : []),
    ...(warned > 0 ? [p.yellow(`${number(warned)} warned`)] : []),
  ].join(', ');
}

/**
 * Every audit that did not pass, with up to five of its rows; without `full` a warning is one line. `run` names the run
 * whose rows are kept.
 */
export function renderFailures(
  audits: readonly AuditResultDocument[],
  run: string | null,
  style: Style,
  full: boolean,
): string {
  return audits
    .filter((a) => a.status !== 'passed')
    .map((a) => renderFailure(a, run, style, full))
    .join(full ? '\n' : '');
}

const DIVERTED = {
  diverted: '→ rows diverted',
  undone: '↩ not diverted, for the task was rolled back',
} as const;

function renderFailure(a: AuditResultDocument, run: string | null, style: Style, full: boolean): string {
  const p = paint(style);
  const tolerated = a.status === 'tolerated';
  const diverted = a.status === 'diverted' || a.status === 'undone';
  const warned = tolerated || diverted || (a.severity === 'warn' && a.status === 'failed');
  const verdict = tolerated
    ? '~ audit tolerated'
    : diverted
      ? DIVERTED[a.status]
      : warned
        ? '! audit warned'
        : '✗ audit failed';
  const color = warned ? p.yellow : p.red;
  const subject = a.standalone ? 'standalone' : p.bold(visible(a.model));
  if (warned && !full) {
    const rows = failing(a, 'row');
    return `${color(verdict)} ${subject} ${p.dim(visible(a.call))}: ${rows}\n`;
  }
  const title = `${color(verdict)} ${subject} ${visible(a.call)}`;
  const what =
    a.status === 'error'
      ? `could not be run${a.message === null ? '' : `: ${visible(a.message)}`}`
      : `${failing(a, 'failing row')}${a.message === null ? '' : `: ${visible(a.message)}`}`;
  const lines = [
    title,
    `    ${what}${a.interval === null ? '' : p.dim(`, in ${renderInterval(a.interval)}`)}`,
  ];
  for (const c of a.columns) {
    const values = c.values.map((v) => `${formatCell(v.value)}${v.rows > 1 ? ` ×${number(v.rows)}` : ''}`);
    const others = c.failing_rows - c.values.reduce((sum, v) => sum + v.rows, 0);
    const more = values.length > 0 && others > 0 ? ', …' : '';
    if (a.columns.length > 1 || values.length > 0)
      lines.push(
        `    ${visible(c.column)}: ${count(c.failing_rows, 'row')}${values.length === 0 ? '' : `: ${values.join(', ')}${more}`}`,
      );
  }
  const samples = a.samples.slice(0, MOST_SAMPLES);
  const names = [...new Set(samples.flatMap((row) => Object.keys(row)))];
  if (names.length > 0) {
    const rows = samples.map((row) => names.map((n) => formatCell(row[n] ?? null)));
    const right = (n: string): boolean =>
      samples.every((row) => row[n] === null || /^-?\d+(\.\d+)?$/.test(String(row[n])));
    const columns = names.map((n) => ({
      title: visible(n),
      align: right(n) ? ('right' as const) : ('left' as const),
    }));
    lines.push(renderTable(columns, rows, style, '    ').trimEnd());
    if (a.failing_rows > samples.length)
      lines.push(p.dim(`    … and ${number(a.failing_rows - samples.length)} more`));
  }
  if (run !== null && a.kept_rows > 0) {
    const command = a.standalone
      ? `sluice query "SELECT * FROM _sluice.quarantine WHERE run_id = '${run}'"`
      : `sluice quarantine show ${visible(a.model)} --run ${run}`;
    lines.push(
      `    ${p.dim(`${a.kept_rows === a.failing_rows ? 'All of them' : `The first ${number(a.kept_rows)}`}:`)} ${command}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** `3 of 1,000 rows`; where it was not counted how many there are, `3 rows`. */
function failing(a: AuditResultDocument, what: string): string {
  const rows = count(a.failing_rows, what);
  return a.rows_seen === null ? rows : `${rows} of ${number(a.rows_seen)}`;
}
