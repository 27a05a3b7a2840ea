import { nodeKey } from '../compile/index.ts';
import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import { diffRelations, differs, type RelationDiff } from '../diff/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { Project } from '../project/index.ts';
import { SCHEMA_VERSION, type DiffDocument, type ModelDiffDocument } from '../report/index.ts';
import type { TableName } from '../sql/quote.ts';
import { readState, type EnvironmentState, type State } from '../state/index.ts';
import type { Answer, DiffOptions } from '../workspace.ts';
import { unknownModel } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

const SAMPLES = 5;

/** Compares two environments model by model, or two tables. Reads only. */
export async function answerDiff(
  w: OpenProject,
  before: string,
  after: string,
  options: DiffOptions,
): Promise<Answer<DiffDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true, mustExist: true }, async (connection) => {
    const areTables = before.includes('.') || after.includes('.');
    const models = areTables
      ? [await diffTables(connection, before, after, options)]
      : await diffEnvironments(connection, await readState(connection), project, before, after, options);
    return {
      diagnostics: [],
      document: { schema_version: SCHEMA_VERSION, before, after, models, summary: summaryOf(models) },
    };
  });
}

async function diffTables(
  connection: Connection,
  before: string,
  after: string,
  options: DiffOptions,
): Promise<ModelDiffDocument> {
  if (options.models !== undefined && options.models.length > 0) {
    throw new SluiceError(
      diagnostic(
        'unknown-environment',
        `${before} and ${after} are tables; models are looked for in environments`,
        {
          hint: 'Give two environments and models, or two tables alone.',
        },
      ),
    );
  }
  const relations = await connection.relations();
  const [left, right] = [tableOf(before, relations), tableOf(after, relations)];
  const found = await diffRelations(connection, {
    before: left,
    after: right,
    grain: options.grain ?? [],
    samples: options.samples ?? SAMPLES,
  });
  return changedDocument(after, found);
}

function tableOf(text: string, relations: ReadonlyMap<string, unknown>): TableName {
  const dot = text.indexOf('.');
  const table =
    dot < 0 ? { schema: 'main', name: text } : { schema: text.slice(0, dot), name: text.slice(dot + 1) };
  if (!relations.has(`${table.schema}.${table.name}`.toLowerCase())) {
    throw new SluiceError(
      diagnostic('unknown-table', `there is no table or view '${text}' in the warehouse`, {
        hint: didYouMean(text, [...relations.keys()]),
      }),
    );
  }
  return table;
}

async function diffEnvironments(
  connection: Connection,
  state: State,
  project: Project,
  before: string,
  after: string,
  options: DiffOptions,
): Promise<readonly ModelDiffDocument[]> {
  const [left, right] = [environmentOf(state, before), environmentOf(state, after)];
  const names = [...new Set([...left.models.keys(), ...right.models.keys()])].toSorted();
  const wanted = new Set((options.models ?? []).map(nodeKey));
  for (const m of options.models ?? [])
    if (!names.some((n) => nodeKey(n) === nodeKey(m))) throw unknownModel(m, names);
  const grains = new Map(project.models.map((m) => [nodeKey(m.name), m.grains[0] ?? []]));
  const models: ModelDiffDocument[] = [];
  for (const name of names) {
    if (wanted.size > 0 && !wanted.has(nodeKey(name))) continue;
    const [was, is] = [left.models.get(name), right.models.get(name)];
    if (was === undefined || is === undefined)
      models.push(loneDocument(name, is === undefined ? 'removed' : 'added'));
    else if (was.physical === is.physical) models.push({ ...loneDocument(name, 'same'), shared: true });
    else {
      const found = await diffRelations(connection, {
        before: was.view,
        after: is.view,
        grain: options.grain ?? grains.get(nodeKey(name)) ?? [],
        samples: options.samples ?? SAMPLES,
      });
      models.push(changedDocument(name, found));
    }
  }
  return models;
}

function environmentOf(state: State, name: string): EnvironmentState {
  const found = state.environments.get(name);
  if (found !== undefined) return found;
  throw new SluiceError(
    diagnostic('unknown-environment', `there is no environment '${name}'`, {
      hint: didYouMean(name, state.environments.keys()) ?? 'sluice env list tells which there are.',
    }),
  );
}

function loneDocument(model: string, status: ModelDiffDocument['status']): ModelDiffDocument {
  return {
    model,
    status,
    shared: false,
    grain: [],
    note: null,
    columns_added: [],
    columns_removed: [],
    columns_retyped: [],
    rows: null,
    values: [],
    samples: { added: [], removed: [], changed: [] },
  };
}

function changedDocument(model: string, found: RelationDiff): ModelDiffDocument {
  return {
    model,
    status: differs(found) ? 'changed' : 'same',
    shared: false,
    grain: found.grain,
    note: found.note ?? null,
    columns_added: found.schema.added,
    columns_removed: found.schema.removed,
    columns_retyped: found.schema.retyped,
    rows: found.rows,
    values: found.columns.map((c) => ({ column: c.name, changed: c.changed, share: c.share })),
    samples: found.samples,
  };
}

function summaryOf(models: readonly ModelDiffDocument[]): string {
  const count = (status: ModelDiffDocument['status']): number =>
    models.filter((m) => m.status === status).length;
  const parts = (['changed', 'added', 'removed', 'same'] as const).flatMap((s) =>
    count(s) > 0 ? [`${count(s)} ${s === 'same' ? 'the same' : s}`] : [],
  );
  if (models.length === 0) return 'There is nothing to compare.';
  return `${models.length} ${models.length === 1 ? 'model' : 'models'}: ${parts.join(', ')}.`;
}
