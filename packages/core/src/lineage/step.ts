import { nodeKey, type Compiled } from '../compile/index.ts';
import type { LineageDocument, LineageDirection } from '../report/index.ts';
import { includes, readersIn } from './readers.ts';
import type { Target } from './target.ts';

type Step = Pick<LineageDocument, 'columns' | 'influence' | 'unknown'>;

/** Lineage one model up or down: for each column its sources, or the columns that read it. */
export function lineageStep(compiled: Compiled, target: Target, direction: LineageDirection): Step {
  const { node } = target;
  const columns = node.columns.filter(
    (c) => target.column === undefined || nodeKey(c.name) === nodeKey(target.column),
  );
  if (direction === 'upstream') {
    const lineage = node.node === 'model' ? node.lineage : { columns: [], influence: [] };
    return {
      columns: columns.map((c) => {
        const found = lineage?.columns.find((l) => l.name === c.name);
        return { name: c.name, type: c.type, sources: found?.sources ?? [], direct: found?.direct ?? false };
      }),
      influence: lineage?.influence ?? [],
      unknown: lineage === undefined,
    };
  }
  const readers = readersIn(compiled).of(node.name);
  const influenced = readers.filter((r) =>
    columns.some((c) => includes(r.lineage?.influence ?? [], node.name, c.name)),
  );
  return {
    columns: columns.map((c) => {
      const found = readers.flatMap((r) =>
        (r.lineage?.columns ?? [])
          .filter((l) => includes(l.sources, node.name, c.name))
          .map((l) => ({ model: r.name, column: l.name, direct: l.direct })),
      );
      return {
        name: c.name,
        type: c.type,
        sources: found.map(({ model, column }) => ({ model, column })),
        direct: found.length > 0 && found.every((f) => f.direct),
      };
    }),
    // Models whose rows a column here decides: all their columns are touched.
    influence: influenced.flatMap((r) => r.columns.map((c) => ({ model: r.name, column: c.name }))),
    unknown: readers.some((r) => r.lineage === undefined),
  };
}
