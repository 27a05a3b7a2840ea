/** Sluice's own tables in the warehouse: read once as a value, written inside the transactions they describe. */
export { adoptState } from './adopt-state.ts';
export { DIVERTED_SCHEMA, divertedTables } from './diverted-tables.ts';
export { divertRows, numberDiverted, replaceDiverted, startDiverted } from './diverted.ts';
export { exportState } from './export-state.ts';
export * from './forget.ts';
export * from './history.ts';
export { importState, isStateEmpty, readExport } from './import-state.ts';
export { asPending, pendingRestatement, writeEntry } from './ledger.ts';
export { expireKept, forgetKept, keptRows, readKept, type KeptFilter, type KeptGroup } from './quarantine.ts';
export * from './mend.ts';
export { readState } from './read.ts';
export { readAuditHistory } from './read-audits.ts';
export { keptTexts, recordTask, type TaskRecord } from './record-task.ts';
export { StateBatch, type StateWriter } from './state-writer.ts';
export { ensureState, STATE_SCHEMA, stateVersion } from './schema.ts';
export * from './state.ts';
export { readTimings, type TaskTiming } from './timings.ts';
export * from './write.ts';
