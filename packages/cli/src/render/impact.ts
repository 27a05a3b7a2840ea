import type { ColumnRefDocument, ImpactDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { paint, textWidth, type Style } from './style.ts';
import { nameList, wrapList } from './words.ts';

/** A paragraph for each model that is touched: whether it breaks, which values change, what decides its rows. */
export function renderImpact(document: ImpactDocument, style: Style): string {
  const p = paint(style);
  const width = textWidth(style);
  const lines = [visible(document.summary)];
  for (const model of document.models) {
    lines.push('', `${p.bold(visible(model.model))} ${p.dim(model.kind)}`);
    if (model.unknown) {
      lines.push(`  ${p.yellow('unknown:')} it could not be traced, so it may be touched or not`);
      continue;
    }
    if (model.reads_it) lines.push(`  ${p.red('breaks')} when it goes: its query reads it`);
    for (const c of model.columns) {
      const text = wrapList(`  ${visible(c.name)}  ${visible(c.type)}  ← `, c.sources.map(refText), width);
      lines.push(c.direct ? text : `${text} ${p.dim('(computed)')}`);
    }
    if (model.influence.length > 0)
      lines.push(wrapList('  rows depend on ', model.influence.map(refText), width));
    if (model.rows_from.length > 0)
      lines.push(wrapList('  rows come from ', model.rows_from.map(visible), width));
  }
  if (document.audits.length > 0) {
    const audits = document.audits.map((a) => `${visible(a.audit)} of ${visible(a.model)}`);
    lines.push('', wrapList('Audits that name it: ', audits, width));
  }
  if (document.standalone_audits.length > 0) {
    lines.push('', p.bold('Standalone audits'));
    for (const audit of document.standalone_audits) lines.push(`  ${visible(audit.audit)}${why(audit)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Each with what is most to be known of it: it breaks, or it sees other rows. */
function why({ reads_it, columns, rows_from, unknown }: ImpactDocument['standalone_audits'][number]): string {
  if (reads_it) return ' breaks when it goes: its query reads it';
  if (unknown) return ' could not be traced, so it may be touched or not';
  const reads = [...columns.map(refText), ...rows_from.map((m) => `the rows of ${visible(m)}`)];
  return ` may find other rows: it reads ${nameList(reads).join(', ')}`;
}

function refText(ref: ColumnRefDocument): string {
  return `${visible(ref.model)}.${visible(ref.column)}`;
}
