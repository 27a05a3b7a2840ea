/** Plans: what a project means for an environment, decided from values alone before anything is written. */
export { buildPlan } from './build.ts';
export type { PlanInput } from './plan-input.ts';
export { takenNames, type TakenName } from './taken-names.ts';
export { isEmpty, skippedWords, toPlanDocument, type Explain } from './document.ts';
export { basisOf, estimateOf, expectedSeconds, type EstimateBasis } from './estimate.ts';
export { explainVersion } from './explain-version.ts';
export type { Action, FileStatus, Plan, PlannedNode, Work } from './planned.ts';
export { livesOn } from './place.ts';
export { changesItsView, viewKey } from './views.ts';
export { promotionSql, shownNodes, virtualUpdates } from './promotion.ts';
export { auditedRange } from './audited-range.ts';
export { checkStillTrue, readSavedPlan } from './saved.ts';
export { seenBy, type PlannedAudit } from './standalone.ts';
export { scanOfView, sharingAudits, type Scan } from './shared-question.ts';
export { SqlWriter } from './sql-writer.ts';
export type { Step } from './write/step.ts';
export { commentOn } from './write/comments.ts';
export type { HeldBack, SignalAnswer } from './held-back.ts';
