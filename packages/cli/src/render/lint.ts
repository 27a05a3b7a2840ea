import type { LintDocument } from '@sluice/core';
import { paint, type Style } from './style.ts';
import { count } from './words.ts';

/** A verdict, and what was mended; the findings are shown apart. */
export function renderLint(document: LintDocument, style: Style): string {
  const p = paint(style);
  const lines = document.fixed.map(({ path, fixes }) => `  ${path}: ${count(fixes, 'finding')} mended`);
  const errors = document.diagnostics.filter((d) => d.severity === 'error').length;
  const found = document.diagnostics.filter((d) => d.code.startsWith('lint/')).length;
  const models = count(document.models, 'model');
  const verdict =
    found === 0 && errors === 0
      ? `${p.green('✓')} ${models} checked, nothing found.`
      : `${errors > 0 ? p.red('✗') : p.yellow('!')} ${models} checked, ${count(found, 'finding')}.`;
  lines.push(verdict);
  if (document.fixable > 0) lines.push(`  ${count(document.fixable, 'finding')} can be mended with --fix.`);
  return `${lines.join('\n')}\n`;
}
