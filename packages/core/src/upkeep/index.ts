/** What keeps environments, history and state in order: decided from values, shown, then done in one transaction. */
export { checkState, repairOf, type Finding } from './check-state.ts';
export { collectGarbage } from './collect-garbage.ts';
export { describeEnvironment, diffEnvironments } from './describe-environment.ts';
export { doUpkeep } from './do-upkeep.ts';
export { dropEnvironment } from './drop-environment.ts';
export { dropKept } from './drop-kept.ts';
export { expiresAt, usedAt } from './expiry.ts';
export { auditsSeen, planPromotion } from './plan-promotion.ts';
export { rollBack } from './roll-back.ts';
export { takeBackMends, type MendedTableFound } from './take-back-mends.ts';
export { toUpkeepDocument } from './to-upkeep-document.ts';
export { isIdle, type Upkeep } from './upkeep.ts';
