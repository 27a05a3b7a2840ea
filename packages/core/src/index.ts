/**
 * @module
 * The Sluice library. {@link openWorkspace} opens a project folder; everything else hangs on the {@link Workspace} it
 * answers. There is no global state: several workspaces live side by side in one process. `docs/library.md` is the guide.
 */
export {
  CODES,
  diagnostic,
  didYouMean,
  hasErrors,
  SluiceError,
  storageProblem,
  type Diagnostic,
  type DiagnosticCode,
  type Location,
  type Note,
  type Severity,
} from './diagnostic/index.ts';
export * from './report/index.ts';
export type { Cell, Row } from './engine/warehouse.ts';
export type {
  Answer,
  CiOptions,
  CreateTestOptions,
  DiffOptions,
  PlanOptions,
  RunOptions,
  QuarantineOptions,
  ReplayOptions,
  WatchRunOptions,
  Session,
  UpkeepOptions,
  Workspace,
  WorkspaceOptions,
} from './workspace.ts';
export { openWorkspace } from './open-workspace.ts';
export type { Span, SpanAttributes, Tracer } from './engine/tracer.ts';
export {
  projectJsonSchema,
  type MacroContext,
  type SignalContext,
  type SignalInterval,
  type SignalValue,
} from './project/index.ts';
export { overlayWarehouse, type Overlay } from './workspace/overlay-warehouse.ts';
export { VERSION } from './version.ts';
