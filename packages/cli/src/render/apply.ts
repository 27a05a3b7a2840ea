import type { ApplyDocument } from '@sluice/core';
import { auditCounts, renderFailures } from './audits.ts';
import { visible, visibleLines } from './cells.ts';
import { paint, textWidth, type Style } from './style.ts';
import { count, duration, nameList, wrapList } from './words.ts';

/** What an apply or a run did: audits that failed with their rows, then what was built, then the verdict. */
export function renderApply(document: ApplyDocument, style: Style): string {
  const p = paint(style);
  const audits = [...document.results.flatMap((r) => r.audits), ...document.audits];
  // Where a diagnostic says already how to see all rows, once is enough.
  const told = document.diagnostics.some((d) => d.code === 'audit-failed' && d.hint !== null);
  const failures = renderFailures(audits, told ? null : document.run, style, false);
  const lines: string[] = [];
  const done = document.results.filter((r) => r.status === 'done');
  if (document.results.length > 0) {
    const rows = done.reduce((sum, r) => sum + (r.rows ?? 0), 0);
    lines.push(
      `${p.dim('models')}  ${count(done.length, 'model')} built, ${count(rows, 'row')}, ${duration(document.seconds)}`,
    );
    const rejected = document.results.reduce((sum, r) => sum + r.rejected, 0);
    if (rejected > 0)
      lines.push(
        `${p.dim('files')}   ${p.yellow(`${count(rejected, 'row')} could not be read and ${rejected === 1 ? 'was' : 'were'} left out`)}`,
      );
    const diverted = document.results.reduce((sum, r) => sum + r.diverted, 0);
    if (diverted > 0)
      lines.push(
        `${p.dim('rows')}    ${p.yellow(`${count(diverted, 'row')} diverted`)}: sluice quarantine list --run ${document.run ?? ''}`,
      );
    for (const status of ['failed', 'interrupted', 'skipped'] as const) {
      const names = document.results.filter((r) => r.status === status).map((r) => visible(r.model));
      if (names.length === 0) continue;
      const lead = `${status === 'interrupted' ? 'stopped' : status} `.padEnd(8);
      const text = wrapList(lead, nameList(names), textWidth(style));
      lines.push((status === 'failed' ? p.red(lead) : p.yellow(lead)) + text.slice(lead.length));
    }
  }
  const counts = auditCounts(audits, style);
  if (document.expired_rows > 0)
    lines.push(
      `${p.dim('kept')}    ${count(document.expired_rows, 'row')} in quarantine ${document.expired_rows === 1 ? 'was' : 'were'} older than quarantine.keep and ${document.expired_rows === 1 ? 'is' : 'are'} gone`,
    );
  if (counts !== '') lines.push(`${p.dim('audits')}  ${counts}`);
  const mark = document.status === 'failed' || document.status === 'interrupted' ? p.red('✗') : p.green('✓');
  lines.push(`${mark} ${visibleLines(document.summary)}`);
  return `${failures === '' ? '' : `${failures}\n`}${lines.join('\n')}\n`;
}
