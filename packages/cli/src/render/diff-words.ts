import type { ModelDiffDocument } from '@sluice/core';
import { count, number } from './words.ts';

/** `12 rows added, 1 removed, 30 changed of 1,000`. */
export function changeWords({ rows }: ModelDiffDocument): string {
  if (rows === null) return '';
  const parts = [
    ...(rows.added > 0 ? [`${number(rows.added)} added`] : []),
    ...(rows.removed > 0 ? [`${number(rows.removed)} removed`] : []),
    ...(rows.changed > 0 ? [`${number(rows.changed)} changed`] : []),
  ];
  const total =
    rows.before === rows.after
      ? count(rows.after, 'row')
      : `${number(rows.before)} → ${count(rows.after, 'row')}`;
  return parts.length === 0 ? `the same ${count(rows.after, 'row')}` : `${parts.join(', ')}; ${total}`;
}

/** `0.1 %`; what is there and smaller is `< 0.1 %`. */
export function percent(share: number): string {
  const tenths = Math.round(share * 1000) / 10;
  return tenths === 0 && share > 0 ? '< 0.1 %' : `${tenths} %`;
}
