import {
  compileContext,
  DEFAULT_SCHEMA,
  nodeKey,
  type Binder,
  type Compiled,
  type CompiledModel,
} from '../compile/index.ts';
import type { Project } from '../project/index.ts';
import { render, type ColumnLookup } from '../render/index.ts';
import { queryNode } from './ast.ts';
import { LintedQuery } from './query.ts';
import type { LintedModel } from './rule.ts';

/** What reading queries needs. */
export interface QueryInput {
  readonly project: Project;
  readonly compiled: Compiled;
  readonly parse: Binder['parse'];
}

/** The ASTs of the models' queries, all parsed at once. */
export async function readQueries(
  models: readonly CompiledModel[],
  { project, parse, compiled }: QueryInput,
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
