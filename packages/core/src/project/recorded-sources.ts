/** Puts recorded columns where the project left them out: table sources, models of kind EXTERNAL; the rest are sources too. */
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { SourceDefinition } from './project.ts';
import type { RecordedTable } from './recorded-columns.ts';

/** The project's own words, completed. */
interface Completed {
  readonly sources: readonly SourceDefinition[];
  readonly models: readonly ModelDefinition[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What project.yaml or a header declares counts before what is recorded.
 *
 * @param brokenModels names of models that nothing more is known of
 * @param cron for tables that nothing but the record names
 */
export function completeColumns(
  own: {
    readonly sources: readonly SourceDefinition[];
    readonly models: readonly ModelDefinition[];
    readonly brokenModels: readonly { readonly name: string }[];
  },
  recorded: readonly RecordedTable[],
  cron: string,
): Completed {
  const byName = new Map(recorded.map((r) => [`${r.schema}.${r.table}`.toLowerCase(), r]));
  const sources = own.sources.map((source): SourceDefinition => {
    const found = byName.get(source.name.toLowerCase());
    return found === undefined || source.columns !== undefined || source.origin.kind !== 'table'
      ? source
      : { ...source, columns: found.columns, isRecorded: true };
  });
  const models = own.models.map((model): ModelDefinition => {
    const found = byName.get(model.name.toLowerCase());
    return found === undefined || model.columns !== undefined || model.kind.kind !== 'EXTERNAL'
      ? model
      : { ...model, columns: found.columns };
  });
  const externals = own.models.filter((m) => m.kind.kind === 'EXTERNAL');
  for (const { name } of [...own.sources, ...externals, ...own.brokenModels])
    byName.delete(name.toLowerCase());
  const diagnostics = own.models.flatMap((model) => {
    const clash = byName.get(model.name.toLowerCase());
    if (clash === undefined) return [];
    byName.delete(model.name.toLowerCase());
    return [
      diagnostic('duplicate-model', `there is a model named '${model.name}' already`, {
        location: clash.location,
        hint: 'Remove the entry: columns of models are known from their queries.',
        notes: [{ message: 'The model is here', location: model.nameLocation }],
      }),
    ];
  });
  const further = [...byName.values()].map(({ schema, table, columns, location }): SourceDefinition => ({
    name: `${schema}.${table}`,
    location,
    description: undefined,
    columns,
    isRecorded: true,
    origin: { kind: 'table', schema, table, cron },
  }));
  return { sources: [...sources, ...further], models, diagnostics };
}
