/** What plans say of each action: its sign, its colour, and where it stands. */
import type { ActionKind } from '@sluice/core';
import { paint, type Style } from './style.ts';

export const ORDER = [
  'create',
  'rebuild',
  'evolve',
  'backfill',
  'reaudit',
  'reuse',
  'rebind',
  'drop',
] as const satisfies ActionKind[];

export const SYMBOLS: Readonly<Record<ActionKind, string>> = {
  create: '+',
  rebuild: '~',
  evolve: '^',
  backfill: '>',
  reuse: '=',
  rebind: 'o',
  reaudit: '!',
  drop: '-',
};

export function verdictColor(kind: ActionKind, style: Style): (text: string) => string {
  const p = paint(style);
  switch (kind) {
    case 'create':
      return p.green;
    case 'rebuild':
    case 'evolve':
      return p.yellow;
    case 'backfill':
      return p.blue;
    case 'reuse':
    case 'rebind':
      return p.cyan;
    case 'reaudit':
      return p.magenta;
    case 'drop':
      return p.red;
    default:
      return kind satisfies never;
  }
}
