import { nodeKey, type CompiledModel } from '../../compile/index.ts';
import { columnPlace } from '../column-place.ts';
import type { Rule } from '../rule.ts';

/** A column that no reader of the model takes a value or a row from. Models without readers are made for people. */
export const noUnusedColumns: Rule = {
  name: 'no-unused-columns',
  check(linted, { readers }) {
    const { model } = linted;
    const who = readers.get(model.name) ?? [];
    // Without lineage nobody knows what a reader takes.
    if (who.length === 0 || who.some((r) => r.dependencies.includes(model.name) && r.lineage === undefined))
      return [];
    const used = new Set([...ownUses(model), ...who.flatMap((reader) => usesOf(reader, model))].map(nodeKey));
    return model.columns.flatMap((column, i) =>
      used.has(nodeKey(column.name))
        ? []
        : [
            {
              message: `nobody reads the column '${column.name}'`,
              location: columnPlace(linted, i),
              hint: `${model.name} is read by ${who.map((r) => r.name).join(', ')}; none of them needs it.`,
            },
          ],
    );
  },
};

/** Columns the model itself is kept by. */
function ownUses({ definition }: CompiledModel): readonly string[] {
  const { kind, grains } = definition;
  return [...grains.flat(), ...(kind.kind === 'INCREMENTAL_BY_TIME_RANGE' ? [kind.timeColumn] : [])];
}

function usesOf(reader: CompiledModel, model: CompiledModel): readonly string[] {
  const refs = [
    ...(reader.lineage?.columns ?? []).flatMap((c) => c.sources),
    ...(reader.lineage?.influence ?? []),
  ];
  const audited = reader.audits.filter((a) => a.dependencies.includes(model.name));
  // What an audit reads is not traced; a column it mentions counts.
  const words = audited.flatMap(({ audit }) =>
    [...audit.call.arguments.map((a) => a.sql), audit.definition?.query.text ?? '*'].flatMap((sql) =>
      sql.includes('*') && audit.definition !== undefined
        ? model.columns.map((c) => c.name)
        : (sql.match(/\w+/g) ?? []),
    ),
  );
  return [...refs.filter((ref) => ref.model === model.name).map((ref) => ref.column), ...words];
}
