/**
 * What Sluice has to say, as data. Every room returns diagnostics; only the surfaces (terminal, JSON, CI) render them.
 */
export { CODES, type DiagnosticCode } from './codes.ts';
export { countedRows } from './counted-rows.ts';
export { firstLine } from './first-line.ts';
export {
  diagnostic,
  hasErrors,
  SluiceError,
  sortDiagnostics,
  type Diagnostic,
  type Note,
  type Outcome,
  type Severity,
} from './diagnostic.ts';
export {
  isLintRule,
  LINT_LEVELS,
  LINT_RULE_NAMES,
  LINT_RULES,
  severityOfLevel,
  type LintLevel,
  type LintRuleName,
} from './lint-rules.ts';
export { byteToUtf16, EditedText, SourceText, type Edit, type Location } from './source-text.ts';
export { storageProblem } from './storage-problem.ts';
export { didYouMean } from './suggest.ts';
