/** When a node's intervals begin and end, and when it is due. */
import type { CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { cadenceOf, ceilTo, floorTo, type Cadence, type TimeRange } from '../time/index.ts';
import { isModel } from './planned.ts';
import type { Walk } from './walk.ts';

export function cadenceAt(walk: Walk, node: CompiledNode): Cadence {
  const { defaults } = walk.in.config;
  if (isModel(node)) return cadenceOf(node.definition, defaults);
  const { origin } = node.definition;
  return cadenceOf({ cron: origin.kind === 'table' ? origin.cron : undefined, cronTz: undefined }, defaults);
}

/** The range a time-range model should hold, on its grid. */
export function desiredRanges(walk: Walk, node: CompiledModel, cadence: Cadence): readonly TimeRange[] {
  const { config, environment, now } = walk.in;
  const setting = config.environments[environment]?.start;
  const limit =
    walk.in.start ??
    (setting === undefined ? undefined : setting.kind === 'at' ? setting.at : now - setting.milliseconds);
  const begin = node.definition.start ?? config.defaults.start ?? config.start;
  const start = ceilTo(Math.max(begin, limit ?? begin), cadence.unit);
  const { allowPartials, kind } = node.definition;
  const ready =
    allowPartials && kind.kind === 'INCREMENTAL_BY_TIME_RANGE'
      ? ceilTo(now, cadence.unit)
      : floorTo(walk.in.ignoreCron === true ? now : cadence.lastTick(now), cadence.unit);
  const end = walk.in.end === undefined ? ready : Math.min(ready, floorTo(walk.in.end, cadence.unit));
  return start < end ? [{ start, end }] : [];
}

/** Whether `run` may refresh a whole table: a model with a cron waits for its next tick. */
export function isDue(walk: Walk, node: CompiledModel, doneAt: number): boolean {
  const expression = node.definition.cron ?? walk.in.config.defaults.cron;
  if (walk.in.mode === 'plan' || walk.in.ignoreCron === true || expression === undefined) return true;
  return doneAt < cadenceAt(walk, node).lastTick(walk.in.now);
}
