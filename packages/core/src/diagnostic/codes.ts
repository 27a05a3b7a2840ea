import type { LintCode } from './lint-rules.ts';

/**
 * Every diagnostic Sluice can give, with its default severity. The code is stable: scripts and docs refer to it.
 * Adding one here obliges `docs/diagnostics.md` to explain it (a test compares the two).
 */
export const CODES = {
  // project
  'project-not-found': 'error',
  'yaml-syntax': 'error',
  'config-invalid': 'error',
  'config-unknown-property': 'error',
  'config-unused': 'warning',
  'unused-file': 'warning',
  'source-files-missing': 'error',
  'source-unreadable': 'error',
  'source-table-missing': 'error',
  // header
  'header-missing': 'error',
  'header-syntax': 'error',
  'unknown-property': 'error',
  'unused-property': 'warning',
  'duplicate-property': 'error',
  'invalid-property': 'error',
  'invalid-kind': 'error',
  'invalid-name': 'error',
  'missing-query': 'error',
  'extra-statement': 'error',
  'duplicate-model': 'error',
  'duplicate-audit': 'error',
  'seed-file-missing': 'error',
  // macros
  'unknown-macro': 'error',
  'invalid-macro': 'error',
  'unknown-variable': 'error',
  'invalid-macro-file': 'error',
  'unknown-signal': 'error',
  'invalid-signal': 'error',
  // SQL
  'syntax-error': 'error',
  'not-a-query': 'error',
  'unknown-table': 'error',
  'unknown-column': 'error',
  'unknown-function': 'error',
  'ambiguous-column': 'error',
  'ambiguous-table': 'error',
  'type-mismatch': 'error',
  'invalid-query': 'error',
  'duplicate-column': 'error',
  'column-contract': 'error',
  'unresolved-columns': 'error',
  cycle: 'error',
  'upstream-broken': 'info',
  // kinds
  'unknown-time-column': 'error',
  'invalid-time-column': 'error',
  'kind-mismatch': 'error',
  'external-without-columns': 'error',
  // audits
  'unknown-audit': 'error',
  'invalid-audit-argument': 'error',
  'cannot-divert': 'error',
  'cannot-replay': 'error',
  'replay-moved': 'error',
  // unit tests
  'invalid-test': 'error',
  'invalid-test-value': 'error',
  'unread-input': 'error',
  'unknown-cte': 'error',
  'unfrozen-clock': 'warning',
  'test-failed': 'error',
  'test-exists': 'error',
  'untestable-model': 'error',
  // formatting
  'not-formatted': 'warning',
  // selection and options
  'unknown-model': 'error',
  'unknown-environment': 'error',
  'invalid-environment-name': 'error',
  'environment-differs': 'error',
  'invalid-option': 'error',
  'nothing-selected': 'error',
  // environments and history
  'promotion-incomplete': 'error',
  'rollback-impossible': 'error',
  'destructive-step': 'error',
  'unknown-run': 'error',
  // plans
  'plan-unreadable': 'error',
  'plan-moved': 'error',
  'plan-tampered': 'error',
  'restatement-refused': 'error',
  'forward-only-refused': 'error',
  'selection-incomplete': 'error',
  'limits-too-narrow': 'warning',
  'schema-change': 'warning',
  'schema-change-refused': 'error',
  // warehouse
  'warehouse-locked': 'error',
  'warehouse-unreadable': 'error',
  'warehouse-missing': 'error',
  'name-taken': 'error',
  'disk-full': 'error',
  'file-unwritable': 'error',
  'state-newer': 'error',
  'state-unreadable': 'error',
  'state-not-empty': 'error',
  'state-incomplete': 'error',
  // execution
  'query-failed': 'error',
  'out-of-memory': 'error',
  'duplicate-key': 'error',
  'audit-failed': 'error',
  'audit-warning': 'warning',
  'source-rejects': 'warning',
  'source-moved': 'error',
  'watch-failed': 'error',
  interrupted: 'error',
  internal: 'error',
} as const satisfies Record<string, 'error' | 'warning' | 'info'>;

/** The stable name of a diagnostic: one of {@link CODES}, or `lint/` and the name of a lint rule. */
export type DiagnosticCode = keyof typeof CODES | LintCode;
