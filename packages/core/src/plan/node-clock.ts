/** When a node's intervals begin and end, and when it is due. */
import type { CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { cadenceOf, ceilTo, floorTo, intersect, type Cadence, type TimeRange } from '../time/index.ts';
import { isModel } from './planned.ts';
import type { Walk } from './walk.ts';

export function cadenceAt(walk: Walk, node: CompiledNode): Cadence {
  const { defaults } = walk.in.config;
  if (isModel(node)) return cadenceOf(node.definition, defaults);
  const { origin } = node.definition;
  return cadenceOf({ cron: origin.kind === 'table' ? origin.cron : undefined, cronTz: undefined }, defaults);
}

/** The range that a model of intervals should hold by its definition, on its grid. */
export function wholeRanges(walk: Walk, node: CompiledModel, cadence: Cadence): readonly TimeRange[] {
  const { config, now } = walk.in;
  const start = ceilTo(node.definition.start ?? config.defaults.start ?? config.start, cadence.unit);
  const { allowPartials, kind } = node.definition;
  const end =
    allowPartials && kind.kind === 'INCREMENTAL_BY_TIME_RANGE'
      ? ceilTo(now, cadence.unit)
      : floorTo(walk.in.ignoreCron === true ? now : cadence.lastTick(now), cadence.unit);
  return start < end ? [{ start, end }] : [];
}

/** What of it lies within the limits of this plan and of its environment. */
export function desiredRanges(walk: Walk, node: CompiledModel, cadence: Cadence): readonly TimeRange[] {
  const { config, environment, now } = walk.in;
  const setting = config.environments[environment]?.start;
  const from =
    walk.in.start ??
    (setting === undefined ? undefined : setting.kind === 'at' ? setting.at : now - setting.milliseconds);
  const limits = {
    start: from === undefined ? Number.NEGATIVE_INFINITY : ceilTo(from, cadence.unit),
    end: walk.in.end === undefined ? Number.POSITIVE_INFINITY : floorTo(walk.in.end, cadence.unit),
  };
  return wholeRanges(walk, node, cadence).flatMap((r) => intersect(r, limits) ?? []);
}

/** Whether `run` may refresh a whole table: a model with a cron waits for its next tick. */
export function isDue(walk: Walk, node: CompiledModel, doneAt: number): boolean {
  const expression = node.definition.cron ?? walk.in.config.defaults.cron;
  if (walk.in.mode === 'plan' || walk.in.ignoreCron === true || expression === undefined) return true;
  return doneAt < cadenceAt(walk, node).lastTick(walk.in.now);
}
