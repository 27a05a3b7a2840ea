import type { CoverageDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { textWidth, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { number, wrapList } from './words.ts';

/** `sluice coverage`: a line for each model, then the columns that nothing looks at. */
export function renderCoverage({ models, summary }: CoverageDocument, style: Style): string {
  const rows = models.map((m) => [
    visible(m.model),
    number(m.tests),
    number(m.audits),
    `${number(m.columns.filter((c) => c.tested || c.audited).length)} of ${number(m.columns.length)}`,
  ]);
  const table = renderTable(
    [
      { title: 'model' },
      { title: 'tests', align: 'right' },
      { title: 'audits', align: 'right' },
      { title: 'columns', align: 'right' },
    ],
    rows,
    style,
  );
  const untouched = models.flatMap((m) => {
    const names = m.columns.filter((c) => !c.tested && !c.audited).map((c) => visible(c.name));
    return names.length === 0 ? [] : [wrapList(`  ${visible(m.model)}: `, names, textWidth(style), 6)];
  });
  const list = untouched.length === 0 ? '' : `Neither tested nor audited:\n${untouched.join('\n')}\n\n`;
  return `${models.length === 0 ? '' : `${table}\n`}${list}${visible(summary)}\n`;
}
