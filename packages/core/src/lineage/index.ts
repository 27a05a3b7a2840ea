/** Questions about where values come from and who reads them: pure functions over a compiled project. */
export { traceGraph } from './graph.ts';
export { impactOf } from './impact.ts';
export { lineageStep } from './step.ts';
export { findTarget, type Target } from './target.ts';
