/** Time as ranges, grids and coverages. Everything but the ticks of a cron with a time zone is UTC and half-open; nothing here reads a clock. */
export {
  covered,
  join,
  movedOn,
  newest,
  overlay,
  restrict,
  whole,
  without,
  type Coverage,
  type Segment,
} from './coverage.ts';
export { cadence, cadenceOf, nextTick, type Cadence } from './cron.ts';
export {
  ALL_TIME,
  BEGINNING,
  END,
  formatInstant,
  intersect,
  isAllTime,
  isoInstant,
  normalize,
  subtract,
  type TimeRange,
} from './range.ts';
export { addUnits, batches, ceilTo, countUnits, floorTo, widen, type IntervalUnit } from './unit.ts';
