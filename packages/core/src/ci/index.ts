/** What a pull request means: which columns it changes at the root, what it can be failed for, in one sentence. */
export { changedTargets, pendingModels, rootImpacts } from './changed-targets.ts';
export { failsFor, findingsOf, verdictOf, type Finding } from './verdict.ts';
