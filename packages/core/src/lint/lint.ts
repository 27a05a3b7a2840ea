/**
 * Lint: what is valid and yet better written another way. Every rule is a pure function over what the compiler knows; the
 * project says how much each weighs, and a model's header which ones are not to look at it.
 */
import { nodeKey, type CompiledModel } from '../compile/index.ts';
import {
  diagnostic,
  LINT_RULES,
  severityOfLevel,
  sortDiagnostics,
  type Diagnostic,
} from '../diagnostic/index.ts';
import type { Project, RuleSettings } from '../project/index.ts';
import { readQueries, type QueryInput } from './read-queries.ts';
import type { Fix, LintedModel, Rule, Surroundings } from './rule.ts';
import { RULES } from './rules/index.ts';

/** What linting needs. */
export interface LintInput extends QueryInput {
  /** Names of the models to look at. */
  readonly models: ReadonlySet<string>;
  readonly testedModels: Surroundings['testedModels'];
}

/** A finding, and the change that mends it where there is a safe one. */
export interface LintFinding {
  readonly diagnostic: Diagnostic;
  readonly model: string;
  readonly path: string;
  readonly fix: Fix | undefined;
}

/** Looks at the models asked for that compile. Findings come in the order of files and places. */
export async function lint(input: LintInput): Promise<readonly LintFinding[]> {
  const compiled = [...input.compiled.nodes.values()].filter((node) => node.node === 'model');
  const around: Surroundings = {
    nodes: input.compiled.nodes,
    readers: readersOf(compiled),
    testedModels: input.testedModels,
  };
  const models = await readQueries(
    compiled.filter((model) => input.models.has(model.name)),
    input,
  );
  const findings: LintFinding[] = [];
  for (const model of models) {
    for (const rule of RULES) findings.push(...checkRule(rule, model, around, input.project));
  }
  const order = new Map(sortDiagnostics(findings.map((f) => f.diagnostic)).map((d, i) => [d, i]));
  return findings.toSorted((a, b) => (order.get(a.diagnostic) ?? 0) - (order.get(b.diagnostic) ?? 0));
}

function checkRule(
  rule: Rule,
  linted: LintedModel,
  around: Surroundings,
  project: Project,
): readonly LintFinding[] {
  const { definition, name } = linted.model;
  const settings: RuleSettings = project.config.lint[rule.name] ?? { level: LINT_RULES[rule.name] };
  const own = definition.lintLevels.get(rule.name);
  const level = own ?? settings.level;
  if (level === 'off' || definition.ignoredRules.includes(rule.name)) return [];
  if (
    own === undefined &&
    settings.schemas !== undefined &&
    !settings.schemas.some((s) => nodeKey(s) === nodeKey(definition.schema))
  ) {
    return [];
  }
  const severity = severityOfLevel(level);
  return rule.check(linted, around, settings).map(({ message, location, hint, fix }) => ({
    diagnostic: diagnostic(`lint/${rule.name}`, message, { location, hint, severity }),
    model: name,
    path: definition.path,
    fix,
  }));
}

function readersOf(models: readonly CompiledModel[]): Surroundings['readers'] {
  const readers = new Map<string, CompiledModel[]>();
  for (const model of models) {
    const inputs = new Set([...model.dependencies, ...model.audits.flatMap((a) => a.dependencies)]);
    inputs.delete(model.name);
    for (const input of inputs) readers.set(input, [...(readers.get(input) ?? []), model]);
  }
  return readers;
}
