import type { Severity } from './diagnostic.ts';

/** How much a rule weighs: `off` does not look. */
export const LINT_LEVELS = ['error', 'warn', 'off'] as const;

export type LintLevel = (typeof LINT_LEVELS)[number];

/**
 * Every lint rule with what it weighs when the project does not say. What is on by default finds mistakes or text that is
 * hard to read; what is a matter of a team's conventions is off. The code of a finding is `lint/` and the rule's name.
 */
export const LINT_RULES = {
  'alias-expressions': 'warn',
  'half-open-ranges': 'warn',
  layering: 'warn',
  'name-pattern': 'warn',
  'no-ambiguous-columns': 'warn',
  'no-missing-audits': 'off',
  'no-missing-description': 'off',
  'no-missing-tests': 'off',
  'no-select-star': 'warn',
  'no-unread-models': 'off',
  'no-unused-columns': 'off',
  'no-volatile-functions': 'warn',
} as const satisfies Record<string, LintLevel>;

/** The name of a lint rule, as projects and headers write it. */
export type LintRuleName = keyof typeof LINT_RULES;

/** The code of a lint rule's findings. */
export type LintCode = `lint/${LintRuleName}`;

export const LINT_RULE_NAMES = Object.keys(LINT_RULES) as readonly LintRuleName[];

export function isLintRule(name: string): name is LintRuleName {
  return Object.hasOwn(LINT_RULES, name);
}

/** A level as diagnostics have it. */
export function severityOfLevel(level: Exclude<LintLevel, 'off'>): Severity {
  return level === 'warn' ? 'warning' : level;
}
