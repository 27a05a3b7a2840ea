import type { VersionDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { paint, textWidth, type Style } from './style.ts';
import { wrapList } from './words.ts';

/** What differs between the project's model and the environment's, in words. */
export function renderVersion(document: VersionDocument, style: Style): string {
  const p = paint(style);
  const lines = [visible(document.summary)];
  const add = (lead: string, text: string): void => void lines.push(`  ${p.dim(lead)} ${text}`);
  if (document.status === 'differs') {
    lines.push('', ...document.reasons.map((r) => `  ${visible(r.message)}`));
    for (const { model, reasons } of document.upstream) {
      lines.push('', `  ${p.bold(visible(model))} above it:`);
      lines.push(...reasons.map((r) => `    ${visible(r.message)}`));
    }
    if (document.same_columns.length > 0)
      lines.push('', wrapList('  unchanged: ', document.same_columns.map(visible), textWidth(style)));
  }
  lines.push('');
  add('version in the project:', document.version);
  if (document.shown_version !== null && document.status !== 'same')
    add(`version in ${document.environment}:`, document.shown_version);
  return `${lines.join('\n')}\n`;
}
