/** Lint rules over the compiler's facts, the fixes of those that have a safe one, and where columns are written. */
export { columnPlaces } from './column-places.ts';
export { lintProject } from './lint-project.ts';
