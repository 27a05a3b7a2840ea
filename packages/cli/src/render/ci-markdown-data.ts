import type { Cell, CiDocument, ImpactDocument, ModelDiffDocument } from '@sluice/core';
import { clip, fold, shown, type Room } from './ci-markdown-room.ts';
import { diffDetails, diffOverview } from './diff-markdown.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';
import { count, nameList, number } from './words.ts';

/** What changes for data: models, their rows, columns and values; samples folded. */
export function dataSection({ diff, base_exists, sample }: CiDocument, room: Room): string {
  if (sample !== null) return '';
  if (diff === null) return base_exists ? '' : '### Data\n\nThere is no base to compare with.\n';
  const changed = diff.models.filter((m) => m.status !== 'same');
  if (changed.length === 0) return '### Data\n\nNo table holds other data than before.\n';
  const { items, more } = shown(
    // Most rows first: what matters most is shown whatever has to be left out.
    changed.toSorted((a, b) => weight(b) - weight(a)).map((m) => cut(m, room)),
    room.items,
  );
  const table = items.length === 0 ? '' : diffOverview(items, diff);
  return [
    `### Data\n\n${escapeMarkdown(clip(diff.summary, 300))}\n`,
    `${table}${more}`,
    ...(room.samples > 0 ? items.flatMap((m) => diffDetails(m, diff)) : []),
  ].join('\n');
}

function weight({ rows }: ModelDiffDocument): number {
  return rows === null ? Infinity : rows.added + rows.removed + rows.changed;
}

/** No more of a model than there is room for; names that stand for the rest say so. */
function cut(m: ModelDiffDocument, room: Room): ModelDiffDocument {
  const text = (s: string): string => clip(s, room.characters);
  const columns = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] =>
    all.slice(0, room.columns).map((c) => ({ ...c, name: text(c.name) }));
  const values = m.values.toSorted((a, b) => b.changed - a.changed);
  const hidden =
    Math.max(0, m.columns_added.length - room.columns) +
    Math.max(0, m.columns_removed.length - room.columns) +
    Math.max(0, m.columns_retyped.length - room.columns) +
    Math.max(0, values.length - room.columns);
  const row = (cells: Readonly<Record<string, Cell>>): Readonly<Record<string, Cell>> =>
    Object.fromEntries(
      Object.entries(cells)
        .slice(0, room.columns)
        .map(([k, v]) => [text(k), cell(v, room)]),
    );
  return {
    ...m,
    model: text(m.model),
    note:
      [
        ...(m.note === null ? [] : [text(m.note)]),
        ...(hidden > 0 ? [`${count(hidden, 'more column')} changed`] : []),
      ].join('; ') || null,
    columns_added: columns(m.columns_added),
    columns_removed: columns(m.columns_removed),
    columns_retyped: columns(m.columns_retyped).map((c) => ({ ...c, from: text(c.from), to: text(c.to) })),
    values: values.slice(0, room.columns).map((v) => ({ ...v, column: text(v.column) })),
    samples: {
      added: m.samples.added.slice(0, room.samples).map(row),
      removed: m.samples.removed.slice(0, room.samples).map(row),
      changed: m.samples.changed.slice(0, room.samples).map((c) => ({
        key: row(c.key),
        values: c.values
          .slice(0, room.columns)
          .map((v) => ({ column: text(v.column), before: cell(v.before, room), after: cell(v.after, room) })),
      })),
    },
  };
}

function cell(value: Cell, room: Room): Cell {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  return clip(typeof value === 'string' ? value : JSON.stringify(value), room.characters);
}

/** Who is affected downstream, by column. */
export function impactSection({ impact }: CiDocument, room: Room): string {
  if (impact.length === 0) return '';
  const { items, more } = shown(impact, room.items);
  const blocks = items.map((i) => {
    const name = clip(i.column === null ? i.model : `${i.model}.${i.column}`, room.characters);
    const readers = shown(i.models, room.items);
    const table = markdownTable(
      ['model', 'columns made of it', 'its rows'],
      readers.items.map((m) => [code(clip(m.model, room.characters)), columnsOf(m, room), rowsOf(m)]),
    );
    const audits = i.standalone_audits.map((a) => code(clip(a.audit, room.characters)));
    const looking =
      audits.length === 0 ? '' : `Standalone audits over it: ${nameList(audits, room.items).join(', ')}.\n`;
    if (i.models.length === 0)
      return `- ${code(name)}: nobody reads it${audits.length === 0 ? '' : ` but ${count(audits.length, 'standalone audit')}: ${nameList(audits, room.items).join(', ')}`}\n`;
    const parts = [`${table}${readers.more}`, looking].filter((t) => t !== '');
    return fold(`${code(name)}: ${count(i.models.length, 'model')} below`, parts.join('\n'));
  });
  return ['### Downstream\n', ...blocks, ...(more === '' ? [] : [more])].join('\n');
}

function columnsOf(m: ImpactDocument['models'][number], room: Room): string {
  if (m.unknown) return 'could not be traced';
  const names = m.columns.slice(0, room.columns).map((c) => code(clip(c.name, room.characters)));
  const rest = m.columns.length - names.length;
  return [...names, ...(rest > 0 ? [`… and ${number(rest)} more`] : [])].join(', ');
}

function rowsOf(m: ImpactDocument['models'][number]): string {
  if (m.unknown) return '';
  return m.influence.length > 0 || m.rows_from.length > 0 ? 'depend on it' : '';
}
