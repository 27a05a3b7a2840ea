/**
 * Time zones, for crons alone: ticks are told by a clock on a wall, intervals stay UTC. A wall clock that is put forward
 * skips times, one that is put back shows times twice; what becomes of a tick then stands here.
 */
import type { IntervalUnit } from './unit.ts';

/** What a cron says on a wall clock, as if that were UTC. */
export interface WallCron {
  readonly unit: IntervalUnit;
  lastTick(wall: number): number;
}

const DAY = 86_400_000;

/**
 * The latest tick at or before an instant. A cron that ticks in every hour ticks whenever the wall clock shows such a time,
 * so also in an hour that comes twice. One that names hours ticks once a day: the first time that its time is shown; a time
 * that is skipped comes as much later as the clock was put forward (02:30 is 03:30 then).
 */
export function lastTickIn(zone: string, cron: WallCron, everyHour: boolean): (at: number) => number {
  const offset = offsetOf(zone);
  const before = (at: number, reach: number): number => {
    let wall = cron.lastTick(reach);
    for (;;) {
      const shown = instantsOf(wall, offset);
      const ticks = everyHour ? shown : [shown[0] ?? wall - offset(wall - offset(wall) - DAY)];
      const found = ticks.filter((t) => t <= at);
      if (found.length > 0) return Math.max(...found);
      wall = cron.lastTick(wall - 1);
    }
  };
  return (at) => {
    // After the clock was put back, the wall has shown later times than it shows now.
    const offsets = new Set([offset(at), offset(at - DAY)]);
    return Math.max(...[...offsets].map((o) => before(at, at + o)));
  };
}

/** The instants at which the wall shows a time: one, none, or two in their order. */
function instantsOf(wall: number, offset: (at: number) => number): readonly number[] {
  const offsets = new Set([offset(wall - DAY), offset(wall + DAY)]);
  return [...offsets]
    .map((o) => wall - o)
    .filter((at) => at + offset(at) === wall)
    .toSorted((a, b) => a - b);
}

/** How far a zone's wall clock is ahead of UTC at an instant, milliseconds. */
function offsetOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map((p) => [p.type, p.value]));
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const wall = Date.UTC(
      number('year'),
      number('month') - 1,
      number('day'),
      number('hour'),
      number('minute'),
      number('second'),
    );
    return wall - Math.floor(at / 1000) * 1000;
  };
}
