/**
 * Lint: what is valid and yet better written another way. Every rule is a pure function over what the compiler knows; the
 * project says how much each weighs, and a model's header which ones are not to look at it.
 */
import {
  compileContext,
  DEFAULT_SCHEMA,
  nodeKey,
  type Binder,
  type Compiled,
  type CompiledModel,
} from '../compile/index.ts';
import {
  diagnostic,
  LINT_RULES,
  severityOfLevel,
  sortDiagnostics,
  type Diagnostic,
} from '../diagnostic/index.ts';
import type { Project, RuleSettings } from '../project/index.ts';
import { render, type ColumnLookup } from '../render/index.ts';
import { queryNode } from './ast.ts';
import { LintedQuery } from './query.ts';
import type { Fix, LintedModel, Rule, Surroundings } from './rule.ts';
import { RULES } from './rules/index.ts';

/** What linting needs. */
export interface LintInput {
  readonly project: Project;
  readonly compiled: Compiled;
  readonly parse: Binder['parse'];
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

/** The ASTs of the models' queries, all parsed at once. */
async function readQueries(
  models: readonly CompiledModel[],
  { project, parse, compiled }: LintInput,
): Promise<readonly LintedModel[]> {
  const nodes = new Map([...compiled.nodes.values()].map((node) => [nodeKey(node.name), node]));
  const columns: ColumnLookup = ({ schema, table }) =>
    nodes.get(nodeKey(`${schema === '' ? DEFAULT_SCHEMA : schema}.${table}`))?.columns;
  const rendered = models.map(({ definition }) => {
    if (definition.query === undefined) return undefined;
    const context = compileContext(project, definition, columns);
    return render(definition.query, definition.source, context, definition.definitions).value;
  });
  const parsed = await parse(rendered.map((r) => r?.sql ?? 'SELECT 1'));
  return models.map((model, i) => {
    const [own, result] = [rendered[i], parsed[i]];
    const statement = result?.ok === true ? result.statements[0] : undefined;
    const root = queryNode(statement);
    const query =
      own === undefined || root === undefined
        ? undefined
        : new LintedQuery(model.definition, own, statement, root);
    return { model, query };
  });
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
