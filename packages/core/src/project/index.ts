/** A project as its files say it: settings, models and audits, read and checked, before anything is compiled. */
export { environmentNameProblem } from './environment-name.ts';
export type { ProjectFiles } from './files.ts';
export { editRecordedColumns } from './edit-recorded-columns.ts';
export { loadProject, loadSettings, projectFile } from './load.ts';
export { loadMacros } from './own-macros.ts';
export {
  loadSignals,
  unknownSignals,
  type ProjectSignal,
  type SignalContext,
  type SignalInterval,
  type SignalValue,
} from './signals.ts';
export { ParseMemory } from './parse-memory.ts';
export { nodeFiles } from './node-files.ts';
export type {
  BrokenModel,
  EnvironmentSettings,
  FileSource,
  MacroContext,
  Project,
  ProjectMacro,
  ProjectConfig,
  RuleSettings,
  SourceDefinition,
  SqlMacro,
  StartSetting,
  TableSource,
  VariableValue,
} from './project.ts';
export { readRecordedColumns, RECORDED_FILE, type RecordedTable } from './recorded-columns.ts';
export { projectJsonSchema } from './schema.ts';
export { createProjectFile, writeProjectFile } from './write-file.ts';
