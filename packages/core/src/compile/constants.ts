/**
 * The interval that time macros stand for while compiling, so that a version does not change with the clock. A day that
 * nobody writes into a query by hand; a model whose own text holds it anyway is versioned by its text as well.
 */
export const COMPILE_INTERVAL = {
  start: Date.UTC(2083, 3, 17),
  end: Date.UTC(2083, 3, 18),
} as const;

/** What `@execution_*` stands for while compiling: an instant that is no bound of the interval. */
export const COMPILE_EXECUTION_TIME = Date.UTC(2083, 4, 23, 7, 11, 13);
