/** Sluice's own tables in the warehouse: read once as a value, written inside the transactions they describe. */
export { writeEntry } from './ledger.ts';
export { readState } from './read.ts';
export { readAuditHistory } from './read-audits.ts';
export { recordTask, type TaskRecord } from './record-task.ts';
export { ensureState } from './schema.ts';
export * from './state.ts';
export * from './write.ts';
