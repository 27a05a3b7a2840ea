/** Lint rules over the compiler's facts, and the fixes of those that have a safe one. */
export { lintProject } from './lint-project.ts';
