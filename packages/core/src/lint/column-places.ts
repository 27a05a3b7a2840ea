import { nodeKey } from '../compile/index.ts';
import type { Location } from '../diagnostic/index.ts';
import { columnPlace } from './column-place.ts';
import { readQueries, type QueryInput } from './read-queries.ts';

/** Where each column of the named models is written, by `schema.name.column` as {@link nodeKey} makes it. */
export async function columnPlaces(
  input: QueryInput,
  models: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Location>> {
  const nodes = [...input.compiled.nodes.values()].filter((node) => node.node === 'model');
  const linted = await readQueries(
    nodes.filter((model) => models.has(model.name)),
    input,
  );
  return new Map(
    linted.flatMap((l) =>
      l.model.columns.map(({ name }, i) => [nodeKey(`${l.model.name}.${name}`), columnPlace(l, i)] as const),
    ),
  );
}
