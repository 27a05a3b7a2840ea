import type { PlannedNode } from '../plan/index.ts';
import type { TaskTiming } from '../state/index.ts';
import { isAllTime } from '../time/index.ts';
import { tasksOf } from './node-tasks.ts';

/** How long each node will take as far as its history tells; what has none is missing. */
export function expectedSeconds(
  work: readonly PlannedNode[],
  timings: ReadonlyMap<string, TaskTiming>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    work.flatMap((planned) => {
      const timing = timings.get(planned.node.name);
      if (timing === undefined) return [];
      const seconds = tasksOf(planned).map((ranges) => {
        const length = ranges.reduce((sum, r) => sum + (isAllTime(r) ? Infinity : r.end - r.start), 0);
        // A longer interval than the last ones takes longer; a whole table takes what it took.
        return timing.perMillisecond === undefined || !Number.isFinite(length)
          ? timing.task
          : timing.perMillisecond * length;
      });
      return [[planned.node.name, seconds.reduce((sum, s) => sum + s, 0)]];
    }),
  );
}
