/** What commands answer: JSON documents, and events while they work. Renderers know nothing else. */
export * from './documents.ts';
export * from './upkeep-documents.ts';
export * from './quarantine-documents.ts';
export * from './ci-document.ts';
export type { Observer, ProgressEvent } from './events.ts';
export { toJUnit, type JUnitCase, type JUnitSuite } from './junit.ts';
