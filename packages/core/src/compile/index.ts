/** The compiler: from a project's files to columns, lineage and versions. Pure but for the binder it is handed. */
export { auditWords } from './audit-words.ts';
export type { Binder } from './binder.ts';
export { compile } from './compile.ts';
export { CompileMemory } from './compile-memory.ts';
export type { CacheEntry, CacheHead, CompileCache, KeptPayload, StagedPayload } from './compile-cache.ts';
export type {
  BoundAudit,
  Column,
  ColumnRef,
  Compiled,
  CompiledModel,
  CompiledNode,
  CompiledSource,
  StandaloneAudit,
} from './compiled.ts';
export { outsideTables } from './outside-tables.ts';
export { compileContext } from './parse-models.ts';
export { VOLATILE as VOLATILE_FUNCTIONS } from './meaning/functions.ts';
export { DEFAULT_SCHEMA, nodeKey } from './names.ts';
export { findReferences } from './references.ts';
