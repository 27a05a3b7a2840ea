/** Results of earlier runs, under `.sluice/cache`. Nothing here is needed for a right answer; deleting it is always safe. */
export { readAnswer, writeAnswer } from './answer-cache.ts';
export { cacheIdentity } from './identity.ts';
export { ModelCache } from './model-cache.ts';
export { readOnce, RecordedFiles } from './recorded-files.ts';
