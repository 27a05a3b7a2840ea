import type { CompileDocument } from '@sluice/core';
import { paint, type Style } from './style.ts';
import { count, enumerate } from './words.ts';

/** What a project holds; its diagnostics are shown apart. */
export function renderCompile(document: CompileDocument, style: Style): string {
  const p = paint(style);
  const kinds = new Map<string, number>();
  for (const model of document.models) kinds.set(model.kind, (kinds.get(model.kind) ?? 0) + 1);
  const parts = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `${n} ${kind}`);
  const held = `${count(document.models.length, 'model')}${parts.length === 0 ? '' : ` (${enumerate(parts)})`}`;
  const broken = document.diagnostics.some((d) => d.severity === 'error');
  return broken
    ? `${p.red('✗')} ${held} compiled; the errors above must be mended first.\n`
    : `${p.green('✓')} ${held} compiled without errors.\n`;
}
