/** Model and audit files, parsed: the header's meaning and where each part stands. Nothing is rendered or bound here. */
export type { HeaderMacros } from './header-macros.ts';
export type { AuditDefinition, AuditSeverity } from './audit-definition.ts';
export { cronProblem } from './cron.ts';
export { kindByName } from './parse-kind.ts';
export { timeZoneHint } from './time-zone.ts';
export { parseAgo, parseInstant, parseSpan } from './instant.ts';
export type { AuditArgument, AuditCall, HeaderValue, ModelDefinition } from './model-definition.ts';
export type {
  ByInterval,
  ChangePolicy,
  Evolving,
  KindName,
  MatchedClause,
  ModelKind,
  PartitionKind,
  ScdByColumnKind,
  ScdByTimeKind,
  SqlFragment,
  UniqueKeyKind,
} from './model-kind.ts';
export { isAccumulating, isByInterval, isEvolving, isScd, keepsHistory } from './kind-traits.ts';
export { parseAuditText } from './parse-calls.ts';
export { hasInlineAudits, parseAuditFile, parseInlineAudits } from './parse-audit.ts';
export {
  isFormattingOff,
  nameOfPath,
  parseModelFile,
  type ModelContext,
  type ParsedModel,
} from './parse-model.ts';
