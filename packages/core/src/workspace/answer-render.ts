import { compileContext, DEFAULT_SCHEMA, nodeKey } from '../compile/index.ts';
import { hasErrors, SluiceError } from '../diagnostic/index.ts';
import { render, type ColumnLookup } from '../render/index.ts';
import { SCHEMA_VERSION, type RenderDocument } from '../report/index.ts';
import { addUnits, cadenceOf, floorTo, isoInstant, type TimeRange } from '../time/index.ts';
import type { Answer } from '../workspace.ts';
import { unknownModel } from './errors.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

export async function answerRender(
  w: OpenProject,
  model: string,
  interval?: TimeRange,
): Promise<Answer<RenderDocument>> {
  const { project } = await w.load();
  const definition = project.models.find((m) => nodeKey(m.name) === nodeKey(model));
  if (definition?.query === undefined)
    throw unknownModel(
      model,
      project.models.filter((m) => m.query !== undefined).map((m) => m.name),
    );
  const clock = cadenceOf(definition, project.config.defaults);
  const ready = floorTo(clock.lastTick(w.now()), clock.unit);
  const range =
    interval ??
    (definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE'
      ? { start: addUnits(ready, clock.unit, -1), end: ready }
      : { start: definition.start ?? project.config.start, end: w.now() });
  const { query } = definition;
  const renderWith = (columns: ColumnLookup): ReturnType<typeof render> => {
    const context = compileContext(project, definition, columns);
    return render(
      query,
      definition.source,
      { ...context, interval: range, executionTime: w.now(), stage: 'evaluating' },
      definition.definitions,
    );
  };
  let outcome = renderWith(() => 'later');
  if (outcome.value.awaited.length > 0) {
    const { nodes } = (await compiledWithoutErrors(w)).compiled;
    const columns = new Map([...nodes.values()].map((n) => [nodeKey(n.name), n.columns]));
    outcome = renderWith((r) =>
      columns.get(nodeKey(`${r.schema === '' ? DEFAULT_SCHEMA : r.schema}.${r.table}`)),
    );
  }
  if (hasErrors(outcome.diagnostics)) throw new SluiceError(outcome.diagnostics);
  return {
    diagnostics: outcome.diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      model: definition.name,
      start: isoInstant(range.start),
      end: isoInstant(range.end),
      sql: outcome.value.sql,
    },
  };
}
