import type { StateCheckDocument } from '@sluice/core';
import { visible, visibleLines } from './cells.ts';
import { paint, type Style } from './style.ts';

/** What is not as it should be, and what a repair does about it. */
export function renderStateCheck(document: StateCheckDocument, style: Style): string {
  const p = paint(style);
  const lines = document.findings.flatMap((f) => [
    `${p.red('✗')} ${visible(f.message)}`,
    ...(f.repair === null ? [] : [`    ${p.dim('repair:')} ${visible(f.repair)}`]),
  ]);
  const mark = document.findings.length === 0 ? `${p.green('✓')} ` : '';
  const summary = `${mark}${visibleLines(document.summary)}`;
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), summary].join('\n')}\n`;
}
