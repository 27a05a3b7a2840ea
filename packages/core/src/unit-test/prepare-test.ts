/** From what a test says to what is run: the model's SQL at the test's clock, and the relations it reads. */
import {
  compileContext,
  DEFAULT_SCHEMA,
  nodeKey,
  type CompiledModel,
  type CompiledNode,
} from '../compile/index.ts';
import { nodeSchemaAndTable } from '../compile/names.ts';
import { diagnostic, didYouMean, hasErrors, type Diagnostic } from '../diagnostic/index.ts';
import type { SandboxRelation } from '../engine/sandbox.ts';
import type { Project } from '../project/index.ts';
import { render, type ColumnLookup, type RenderContext } from '../render/index.ts';
import { raw, tableIdent } from '../sql/quote.ts';
import { addUnits, cadenceOf, floorTo } from '../time/index.ts';
import type { ReferenceFinder } from './reference-finder.ts';
import type { TestInput, UnitTest } from './unit-test.ts';

/** What tests are run against. */
export interface Surroundings {
  readonly project: Project;
  /** What compiles, by name in lower case. */
  readonly nodes: ReadonlyMap<string, CompiledNode>;
  readonly references: ReferenceFinder;
  /** The moment of tests that do not set one: epoch ms UTC. */
  readonly now: number;
}

/** A test that can be run. */
export interface PreparedTest {
  readonly test: UnitTest;
  readonly model: CompiledModel;
  readonly sql: string;
  readonly executionTime: number;
  /** Every relation that the query reads, with the rows the test gives it. */
  readonly tables: readonly { readonly node: CompiledNode; readonly input: TestInput | undefined }[];
  /** Embedded models that the test does not give rows for: they are part of the query. Inputs first. */
  readonly views: readonly SandboxRelation[];
}

/** Undefined when the test cannot be run; the diagnostics say why. */
export async function prepareTest(
  test: UnitTest,
  around: Surroundings,
  diagnostics: Diagnostic[],
): Promise<PreparedTest | undefined> {
  const model = findModel(test, around, diagnostics);
  if (model === undefined) return undefined;
  const context = contextOf(test, model, around);
  const sql = renderModel(model, context, diagnostics);
  if (sql === undefined) return undefined;
  warnClock(test, model, diagnostics);
  checkVariables(test, around.project, diagnostics);
  const inputs = new Map(test.inputs.map((i) => [inputKey(i.name), i]));
  const tables = new Map<string, PreparedTest['tables'][number]>();
  const views = new Map<string, SandboxRelation>();
  const visit = async (text: string): Promise<void> => {
    for (const name of await around.references.namesIn(text)) {
      const key = nodeKey(name);
      const node = around.nodes.get(key);
      if (node === undefined || tables.has(key) || views.has(key)) continue;
      const input = inputs.get(key);
      const isInline =
        node.node === 'model' && node.definition.kind.kind === 'EMBEDDED' && input === undefined;
      const inner = isInline ? renderModel(node, contextOf(test, node, around), diagnostics) : undefined;
      if (inner === undefined) {
        tables.set(key, { node, input });
        continue;
      }
      await visit(inner);
      const { schema, table } = nodeSchemaAndTable(node.name);
      views.set(key, { kind: 'view', name: { schema, name: table }, sql: inner });
    }
  };
  await visit(sql);
  checkInputs(test, model, new Set([...tables.values()].map((t) => t.node.name)), around, diagnostics);
  if (hasErrors(diagnostics)) return undefined;
  return {
    test,
    model,
    sql,
    executionTime: context.executionTime,
    tables: [...tables.values()],
    views: [...views.values()],
  };
}

/** Names are `schema.name`; one without a schema is in the default one. */
function inputKey(name: string): string {
  const plain = name.replaceAll('"', '');
  return nodeKey(plain.includes('.') ? plain : `${DEFAULT_SCHEMA}.${plain}`);
}

function findModel(
  test: UnitTest,
  { project, nodes }: Surroundings,
  diagnostics: Diagnostic[],
): CompiledModel | undefined {
  const key = inputKey(test.model);
  const definition = project.models.find((m) => nodeKey(m.name) === key);
  const location = test.modelLocation;
  const isBroken = project.brokenModels.some((m) => nodeKey(m.name) === key);
  if (definition === undefined && !isBroken) {
    const names = project.models.flatMap((m) => (m.query === undefined ? [] : [m.name]));
    diagnostics.push(
      diagnostic('unknown-model', `there is no model '${test.model}'`, {
        location,
        hint: didYouMean(test.model, names),
      }),
    );
    return undefined;
  }
  const node = nodes.get(key);
  if (node === undefined || node.node === 'source') {
    diagnostics.push(
      diagnostic('upstream-broken', `not run because ${definition?.name ?? test.model} has errors`, {
        location,
        severity: 'error',
        hint: 'sluice compile says them.',
      }),
    );
    return undefined;
  }
  if (node.definition.query === undefined) {
    diagnostics.push(
      diagnostic('invalid-test', `${node.name} is ${node.definition.kind.kind}: it has no query to test`, {
        location,
        hint: 'Test the models that read it.',
      }),
    );
    return undefined;
  }
  return node;
}

function contextOf(
  test: UnitTest,
  model: CompiledModel,
  { project, nodes, now }: Surroundings,
): RenderContext {
  const { definition } = model;
  const columns: ColumnLookup = ({ schema, table }) =>
    nodes.get(nodeKey(`${schema === '' ? DEFAULT_SCHEMA : schema}.${table}`))?.columns;
  const executionTime = test.clock.executionTime ?? now;
  const { unit } = cadenceOf(definition, project.config.defaults);
  const start = test.clock.start ?? definition.start ?? project.config.start;
  // A start alone is the one interval that begins there.
  const end =
    test.clock.end ??
    (test.clock.start === undefined
      ? Math.max(executionTime, start + 1)
      : addUnits(floorTo(start, unit), unit, 1));
  const own = Object.fromEntries(test.variables.map((v) => [v.name, v.value]));
  return {
    ...compileContext(project, definition, columns),
    interval: { start, end },
    executionTime,
    variables: { ...project.config.variables, ...own },
    thisModel: raw(tableIdent({ schema: definition.schema, name: definition.table })),
    stage: 'testing',
  };
}

function renderModel(
  { definition }: CompiledModel,
  context: RenderContext,
  diagnostics: Diagnostic[],
): string | undefined {
  if (definition.query === undefined) return undefined;
  const rendered = render(definition.query, definition.source, context, definition.definitions);
  diagnostics.push(...rendered.diagnostics.filter((d) => d.severity === 'error'));
  return hasErrors(rendered.diagnostics) ? undefined : rendered.value.sql;
}

function warnClock(test: UnitTest, model: CompiledModel, diagnostics: Diagnostic[]): void {
  if (!model.clockDependent || test.clock.executionTime !== undefined) return;
  diagnostics.push(
    diagnostic(
      'unfrozen-clock',
      `${model.name} asks what time it is, and the test '${test.name}' does not say`,
      {
        location: test.location,
        hint: 'Add vars: { execution_time: 2025-03-31 }, so that it gives the same result every day.',
      },
    ),
  );
}

/** A variable that neither the project declares nor any text mentions is a slip of the pen. */
function checkVariables(test: UnitTest, project: Project, diagnostics: Diagnostic[]): void {
  const declared = Object.keys(project.config.variables);
  for (const { name, location } of test.variables) {
    const key = name.toLowerCase();
    if (declared.some((d) => d.toLowerCase() === key)) continue;
    if (project.macros.size > 0) continue;
    if ([...project.texts.values()].some((t) => /\.sql$/i.test(t.path) && t.text.toLowerCase().includes(key)))
      continue;
    diagnostics.push(
      diagnostic('unknown-variable', `there is no variable '${name}'`, {
        location,
        hint: didYouMean(name, [...declared, 'start', 'end', 'execution_time']),
      }),
    );
  }
}

function checkInputs(
  test: UnitTest,
  model: CompiledModel,
  read: ReadonlySet<string>,
  { nodes }: Surroundings,
  diagnostics: Diagnostic[],
): void {
  const keys = new Set([...read].map(nodeKey));
  const seen = new Set<string>();
  for (const { name, location } of test.inputs) {
    const key = inputKey(name);
    if (seen.has(key)) {
      diagnostics.push(
        diagnostic('invalid-test', `the input '${name}' is given twice`, {
          location,
          hint: 'Keep one of them.',
        }),
      );
    }
    seen.add(key);
    if (keys.has(key)) continue;
    const isKnown = nodes.has(key);
    const names = [...read].toSorted();
    diagnostics.push(
      diagnostic(
        'unread-input',
        isKnown ? `${model.name} does not read ${name}` : `there is no model or source '${name}'`,
        {
          location,
          hint:
            didYouMean(name, names) ??
            (names.length === 0 ? `It reads nothing.` : `It reads ${names.join(', ')}.`),
        },
      ),
    );
  }
}
