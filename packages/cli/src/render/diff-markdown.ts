import type { Cell, DiffDocument, ModelDiffDocument } from '@sluice/core';
import { formatCell } from './cell-value.ts';
import { changeWords, percent } from './diff-words.ts';
import { code, codeCell, escapeMarkdown, markdownTable } from './markdown.ts';
import { number } from './words.ts';

/** The same for a comment or a job summary: one table of models, the details of each folded. */
export function renderDiffMarkdown(document: DiffDocument): string {
  const shown = document.models.filter((m) => m.status !== 'same');
  const head = `**${code(document.before)} → ${code(document.after)}**: ${escapeMarkdown(document.summary)}\n`;
  if (shown.length === 0) return head;
  return [head, diffOverview(shown, document), ...shown.flatMap((m) => diffDetails(m, document))].join('\n');
}

/** The sides of a comparison. */
type Sides = Pick<DiffDocument, 'before' | 'after'>;

/** A line for each model that is not the same. */
export function diffOverview(models: readonly ModelDiffDocument[], sides: Sides): string {
  return markdownTable(
    ['model', 'rows', 'columns', 'values'],
    models.map((m) => [code(m.model), rowsOf(m, sides), columnsOf(m), valuesOf(m)]),
  );
}

function rowsOf(m: ModelDiffDocument, { before, after }: Sides): string {
  if (m.status === 'added') return `only in ${code(after)}`;
  return m.status === 'removed' ? `only in ${code(before)}` : changeWords(m);
}

function columnsOf(m: ModelDiffDocument): string {
  return [
    ...m.columns_added.map((c) => `+ ${code(c.name)}`),
    ...m.columns_removed.map((c) => `- ${code(c.name)}`),
    ...m.columns_retyped.map((c) => `${code(c.name)} ${code(c.from)} → ${code(c.to)}`),
  ].join(', ');
}

function valuesOf(m: ModelDiffDocument): string {
  return m.values.map((v) => `${code(v.column)} ${percent(v.share)}`).join(', ');
}

/** Samples of one model, folded; none when there are none. */
export function diffDetails(m: ModelDiffDocument, { before, after }: Sides): readonly string[] {
  const parts: string[] = [];
  if (m.note !== null) parts.push(`${escapeMarkdown(m.note)}.\n`);
  const changed = m.samples.changed.flatMap((row) =>
    row.values.map((v) => [
      Object.entries(row.key)
        .map(([k, value]) => `${escapeMarkdown(k)} = ${cell(value)}`)
        .join(', '),
      code(v.column),
      cell(v.before),
      cell(v.after),
    ]),
  );
  if (changed.length > 0) parts.push(markdownTable(['row', 'column', code(before), code(after)], changed));
  parts.push(
    ...rows(`Only in ${code(after)}`, m.samples.added, m.rows?.added ?? 0),
    ...rows(`Only in ${code(before)}`, m.samples.removed, m.rows?.removed ?? 0),
  );
  if (parts.length === 0) return [];
  return [`<details><summary>${code(m.model)}: samples</summary>\n\n${parts.join('\n')}\n</details>\n`];
}

function rows(
  title: string,
  samples: readonly Readonly<Record<string, Cell>>[],
  all: number,
): readonly string[] {
  const [first] = samples;
  if (first === undefined) return [];
  const names = Object.keys(first);
  const rest = all > samples.length ? ` (${samples.length} of ${number(all)})` : '';
  return [
    `${title}${rest}:\n`,
    markdownTable(
      names.map(code),
      samples.map((row) => names.map((n) => cell(row[n] ?? null))),
    ),
  ];
}

function cell(value: Cell): string {
  return codeCell(formatCell(value));
}
