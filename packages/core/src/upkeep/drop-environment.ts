import type { EnvironmentState, State } from '../state/index.ts';
import { viewStatus, type Standing } from './standing.ts';
import { NO_MODELS, type Step, type Upkeep } from './upkeep.ts';

/**
 * Removes an environment: its views, and what state knows of it. Tables stay for `gc`, which knows who else uses them. What
 * stands under a view's name and is not Sluice's is left.
 */
export function dropEnvironment(
  state: State,
  standing: Standing,
  environment: EnvironmentState,
  why: string,
): Upkeep {
  const steps = [
    ...[...environment.models.values()].flatMap((shown): readonly Step[] => {
      const status = viewStatus(standing, state, shown);
      switch (status.kind) {
        case 'missing':
          return [];
        case 'foreign':
          return [
            {
              kind: 'keep',
              what: 'environment view',
              name: shown.view,
              reason: `${status.relation === 'table' ? 'a table' : 'a view'} that Sluice did not make`,
            },
          ];
        case 'right':
        case 'remade':
        case 'elsewhere':
          return [{ kind: 'drop-view', view: shown.view, reason: why }];
        default:
          return status satisfies never;
      }
    }),
    { kind: 'forget-environment', environment: environment.name, reason: why } as const,
  ];
  const count = steps.filter((s) => s.kind === 'drop-view').length;
  const views = count === 1 ? '1 view' : `${count} views`;
  return {
    kind: 'env-drop',
    environment: environment.name,
    ...NO_MODELS,
    steps,
    summary: `Drop ${environment.name}: ${views}; its tables stay until sluice gc.`,
    done: `Dropped ${environment.name}: ${views}; its tables stay until sluice gc.`,
  };
}
