/** Audits: queries that return bad rows. Which there are, what a call of one means, and its SQL. */
export {
  aloneSql,
  anyBadSql,
  auditedRelation,
  auditSql,
  standaloneSql,
  type AuditScope,
  type AuditSql,
} from './audit-sql.ts';
export { blameQueries, mostFrequent, type BlameQuery } from './blame.ts';
export { divertProblem, divertSql, groupsRows, looksAcrossRows, needsAllRows } from './divert-sql.ts';
export { resolveAudit, resolveStandalone, type AuditTolerance, type ResolvedAudit } from './bind-audit.ts';
export { rowCondition } from './row-condition.ts';
