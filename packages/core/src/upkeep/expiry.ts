import type { ProjectConfig } from '../project/index.ts';
import type { EnvironmentState } from '../state/index.ts';

/** When somebody last did something with an environment: promoted it, or computed rows for it. Epoch ms. */
export function usedAt(environment: EnvironmentState, lastRuns: ReadonlyMap<string, number>): number {
  return Math.max(environment.promotedAt, lastRuns.get(environment.name) ?? 0);
}

/** When an environment may be removed, epoch ms; undefined for never. `prod` never is. */
export function expiresAt(
  environment: EnvironmentState,
  lastRuns: ReadonlyMap<string, number>,
  config: ProjectConfig,
): number | undefined {
  if (environment.name === 'prod') return undefined;
  const ttl = config.environments[environment.name]?.ttl ?? config.environmentTtl;
  return ttl === undefined ? undefined : usedAt(environment, lastRuns) + ttl;
}
