import type { SourceRefreshDocument } from '@sluice/core';
import { paint, type Style } from './style.ts';
import { count } from './words.ts';

type Table = SourceRefreshDocument['sources'][number];

const MARKS: Readonly<Record<Table['status'], string>> = {
  added: '+',
  changed: '~',
  removed: '-',
  missing: '!',
  unchanged: ' ',
};

/** The tables that differ, column by column, and a verdict; what is missing is said as diagnostics. */
export function renderSourceRefresh(document: SourceRefreshDocument, style: Style): string {
  const p = paint(style);
  const { check, file, sources } = document;
  const differing = sources.filter((s) => s.status !== 'unchanged' && s.status !== 'missing');
  const missing = sources.filter((s) => s.status === 'missing').length;
  const lines = differing.flatMap((s) => [`${MARKS[s.status]} ${s.name}`, ...columnLines(s)]);
  const rest = missing === 0 ? '' : `; ${count(missing, 'table')} not in the warehouse`;
  const good = missing === 0 ? p.green('✓') : p.red('✗');
  const verdict =
    sources.length === 0
      ? `${p.green('✓')} No table that others keep is read without declared columns.`
      : differing.length === 0
        ? `${good} ${file} is what the warehouse has: ${count(sources.length - missing, 'table')}${rest}.`
        : check
          ? `${p.red('✗')} ${file} is not what the warehouse has: ${count(differing.length, 'table')} differ${differing.length === 1 ? 's' : ''}${rest}. Run sluice sources refresh.`
          : `${good} ${count(differing.length, 'table')} written to ${file}${rest}.`;
  return `${lines.map((line) => `${line}\n`).join('')}${lines.length === 0 ? '' : '\n'}${verdict}\n`;
}

function columnLines({ columns, reordered }: Table): readonly string[] {
  return [
    ...columns.added.map((c) => `    + ${c.name} ${c.type}`),
    ...columns.removed.map((c) => `    - ${c.name} ${c.type}`),
    ...columns.retyped.map((c) => `    ~ ${c.name} ${c.from} → ${c.to}`),
    ...(reordered ? ['    ~ the order of its columns'] : []),
  ];
}
