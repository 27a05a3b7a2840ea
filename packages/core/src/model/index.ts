export type { AuditDefinition } from "./audit-definition.ts"; export type { AuditCall, HeaderValue, KindName, ModelDefinition, ModelKind, SqlFragment } from "./model-definition.ts";
