import type { FormatDocument } from '@sluice/core';
import { paint, type Style } from './style.ts';
import { count } from './words.ts';

/** The files that changed or would, and a count; why files were skipped is shown apart. */
export function renderFormat(document: FormatDocument, style: Style): string {
  const p = paint(style);
  const of = (status: string): readonly string[] =>
    document.files.filter((file) => file.status === status).map((file) => file.path);
  const [changed, skipped] = [of('changed'), of('skipped')];
  const left = skipped.length === 0 ? '' : `; ${count(skipped.length, 'file')} left alone`;
  if (changed.length === 0) {
    return `${p.green('✓')} ${count(of('unchanged').length, 'file')} formatted already${left}.\n`;
  }
  const verdict = document.check
    ? `${p.red('✗')} ${count(changed.length, 'file')} would be formatted${left}.`
    : `${p.green('✓')} ${count(changed.length, 'file')} formatted${left}.`;
  return `${changed.map((path) => `  ${path}\n`).join('')}${verdict}\n`;
}
