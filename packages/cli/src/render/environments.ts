import type { EnvironmentListDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { instant } from './intervals.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

export function renderEnvironments(document: EnvironmentListDocument, style: Style): string {
  if (document.environments.length === 0) return 'There is no environment yet; `sluice apply` makes prod.\n';
  const expires = document.environments.some((e) => e.expires_at !== null);
  const columns = [
    { title: 'environment' },
    { title: 'models', align: 'right' },
    { title: 'promotions', align: 'right' },
    { title: 'last promoted (UTC)' },
    ...(expires ? [{ title: 'expires (UTC)' }] : []),
  ] as const;
  const rows = document.environments.map((e) => [
    visible(e.name),
    String(e.models),
    String(e.sequence),
    when(e.promoted_at),
    ...(expires ? [e.expires_at === null ? '' : when(e.expires_at)] : []),
  ]);
  return renderTable(columns, rows, style);
}

function when(iso: string): string {
  return instant(Date.parse(iso)).replace(/\.\d+$/, '');
}
