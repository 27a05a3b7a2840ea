import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_SCHEMA, findReferences, nodeKey, type CompiledNode } from '../compile/index.ts';
import { rewriteReferences, type TableReference } from '../compile/references.ts';
import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import { openDuckDbSandbox } from '../engine/duckdb/duckdb-sandbox.ts';
import { physicalName, storageOf } from '../plan/physical.ts';
import { createProjectFile } from '../project/index.ts';
import { SCHEMA_VERSION, type TestCreatedDocument } from '../report/index.ts';
import { tableIdent } from '../sql/quote.ts';
import { readState, type EnvironmentState } from '../state/index.ts';
import type { Answer, CreateTestOptions } from '../workspace.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import { checkEnvironmentName, unknownModel } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

/** Reads the warehouse, and writes one file below `tests/`. */
export async function answerCreateTest(
  w: OpenProject,
  written: string,
  options: CreateTestOptions = {},
): Promise<Answer<TestCreatedDocument>> {
  const { createTest, ReferenceFinder, TESTS_FOLDER } = await import('../unit-test/index.ts');
  const environment = options.environment ?? 'prod';
  checkEnvironmentName(environment);
  const { project, compiled, binder } = await compiledWithoutErrors(w);
  const nodes = new Map([...compiled.nodes.values()].map((n) => [nodeKey(n.name), n]));
  const model = nodes.get(nodeKey(written));
  if (model?.node !== 'model' || model.definition.query === undefined) {
    const known = [...nodes.values()].filter((n) => n.node === 'model' && n.definition.query !== undefined);
    throw unknownModel(
      written,
      known.map((n) => n.name),
    );
  }
  const { schema, table } = model.definition;
  const name = options.name ?? table;
  const path = `${TESTS_FOLDER}/${schema}/${fileName(name)}.yaml`;
  if (options.force !== true && existsSync(join(w.root, path))) {
    throw new SluiceError(
      diagnostic('test-exists', `there is a file ${path} already`, {
        hint: 'Give another --name, or replace it with --force.',
      }),
    );
  }
  return withWarehouse(w, project, { readOnly: true, mustExist: true }, async (connection) => {
    const state = await readState(connection);
    const shown = state.environments.get(environment);
    if (shown === undefined) {
      throw new SluiceError(
        diagnostic('unknown-environment', `there is no environment '${environment}' yet`, {
          hint:
            didYouMean(environment, state.environments.keys()) ??
            `Build it with: sluice apply ${environment}`,
        }),
      );
    }
    const read = async (query: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
      const text = await overTables(query);
      return connection.rows(text).catch((error: unknown) => {
        throw unreadable(error, environment);
      });
    };
    const overTables = async (text: string): Promise<string> => {
      const [parsed] = await binder.parse([text]);
      // What does not parse is left alone: the warehouse says better what is wrong with it.
      if (parsed?.ok !== true) return text;
      const references = findReferences(parsed.statements[0], text);
      const targets = new Map<TableReference, string>();
      for (const r of references.tables) {
        const node =
          r.catalog === ''
            ? nodes.get(nodeKey(`${r.schema === '' ? DEFAULT_SCHEMA : r.schema}.${r.table}`))
            : undefined;
        if (node === undefined) continue;
        const isInline = storageOf(node) === 'inline' && node.node === 'model';
        targets.set(r, isInline ? `(\n${await overTables(node.sql ?? '')}\n)` : tableOf(node, shown));
      }
      return rewriteReferences(text, references, (r) => targets.get(r));
    };
    const created = await createTest({
      model,
      name,
      path,
      rows: options.rows ?? 3,
      where: options.where,
      interval: {
        ...(options.start === undefined ? {} : { start: options.start }),
        ...(options.end === undefined ? {} : { end: options.end }),
      },
      environment,
      isBuilt: shown.models.has(model.name),
      around: {
        project,
        nodes,
        references: new ReferenceFinder((texts) => binder.parse(texts)),
        now: w.now(),
      },
      parse: (texts) => binder.parse(texts),
      read,
      openSandbox: () => openDuckDbSandbox(project.sqlMacros.map((m) => m.sql)),
    });
    mkdirSync(dirname(join(w.root, path)), { recursive: true });
    createProjectFile(w.root, path, created.text);
    const rows = created.inputs.reduce((sum, i) => sum + i.rows, 0);
    return {
      diagnostics: compiled.diagnostics,
      document: {
        schema_version: SCHEMA_VERSION,
        model: model.name,
        test: name,
        path,
        inputs: created.inputs,
        expected_rows: created.expectedRows,
        summary: `${path} has the test ${name}: ${rows} input rows, ${created.expectedRows} expected.`,
      },
    };
  });
}

/** Where an environment shows the rows of a node. */
function tableOf(node: CompiledNode, shown: EnvironmentState): string {
  const promoted = shown.models.get(node.name);
  if (promoted !== undefined) return tableIdent(promoted.view);
  return tableIdent(physicalName(node, []));
}

function fileName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_.-]/gu, '_');
}

function unreadable(error: unknown, environment: string): SluiceError {
  const text = error instanceof Error ? error.message : String(error);
  const first = (text.split('\n', 1)[0] ?? text).replace(/^[\w ]*Error: /, '').replaceAll('"', "'");
  if (/^INTERRUPT/i.test(text)) return new SluiceError(diagnostic('interrupted', 'the query was stopped'));
  return new SluiceError(
    diagnostic('query-failed', `rows cannot be taken from ${environment}: ${first}`, {
      hint: `Is ${environment} what the project says? sluice plan ${environment} tells; --where is SQL over the columns of the model.`,
    }),
  );
}
