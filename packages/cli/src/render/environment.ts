import type { EnvironmentDiffDocument, EnvironmentDocument } from '@sluice/core';
import { visible, visibleLines } from './cells.ts';
import { instant, renderInterval } from './intervals.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { renderModelChanges } from './upkeep.ts';

/** What an environment shows, and from which tables. */
export function renderEnvironment(document: EnvironmentDocument, style: Style): string {
  const p = paint(style);
  const lines: string[] = [];
  const add = (lead: string, text: string): void => void lines.push(`${p.dim(lead)} ${text}`);
  const from = document.from;
  add(
    'promotion',
    `${document.sequence}, ${when(document.promoted_at)} UTC, by ${visible(document.run)}${from === null ? '' : ` from promotion ${from.sequence} of ${visible(from.environment)}`}`,
  );
  if (document.used_at !== document.promoted_at) add('last used', `${when(document.used_at)} UTC`);
  if (document.expires_at !== null)
    add('expires  ', `${when(document.expires_at)} UTC, unless it is used before`);
  const rows = document.models.map((m) => [
    visible(m.model),
    visible(m.kind),
    visible(m.physical),
    m.intervals.map(renderInterval).join(', '),
    m.done_at === null ? '' : when(m.done_at),
  ]);
  const columns = ['model', 'kind', 'physical table', 'covers', 'written (UTC)'].map((title) => ({ title }));
  const broken = document.models.filter((m) => !m.stands).map((m) => visible(m.model));
  const behind = document.models.filter((m) => m.behind.length > 0);
  const notes = [
    ...broken.map((name) =>
      p.red(`${name}: its view or its table is not as it was made; see sluice state check`),
    ),
    ...behind.map((m) => p.yellow(`${visible(m.model)}: ${m.behind.map(visible).join(', ')} has newer rows`)),
  ];
  return `${lines.join('\n')}\n\n${renderTable(columns, rows, style)}${notes.map((n) => `${n}\n`).join('')}`;
}

/** What differs between two environments. */
export function renderEnvironmentDiff(document: EnvironmentDiffDocument, style: Style): string {
  const p = paint(style);
  const lines = document.models.flatMap((m) => [
    ...renderModelChanges([m], style),
    ...m.only_before.map((i) => `    ${p.dim(`only in ${visible(document.before)}:`)} ${renderInterval(i)}`),
    ...m.only_after.map((i) => `    ${p.dim(`only in ${visible(document.after)}:`)} ${renderInterval(i)}`),
  ]);
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), visibleLines(document.summary)].join('\n')}\n`;
}

function when(iso: string): string {
  return instant(Date.parse(iso)).replace(/\.\d+$/, '');
}
