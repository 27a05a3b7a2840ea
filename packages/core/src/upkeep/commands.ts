import type { Upkeep } from './upkeep.ts';

/** What history calls each kind of upkeep: the command that does it. */
export const COMMANDS: Readonly<Record<Upkeep['kind'], string>> = {
  'env-drop': 'env drop',
  promote: 'promote',
  rollback: 'rollback',
  gc: 'gc',
  repair: 'state check',
  'quarantine-drop': 'quarantine drop',
  'quarantine-unmend': 'quarantine unmend',
};
