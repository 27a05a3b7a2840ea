import { diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { BindError } from './binder.ts';
import type { Compilation } from './compilation.ts';
import type { Column } from './compiled.ts';

/** Output columns; where the plan has no names for them, those DuckDB gives them. */
export async function nameColumns(
  c: Compilation,
  definition: ModelDefinition,
  text: string,
  columns: readonly Column[],
): Promise<readonly Column[] | undefined> {
  if (columns.length > 0 && columns.every((c) => c.name !== '')) return columns;
  const described = await c.input.binder.describe(text);
  if (isColumns(described)) return described;
  c.fail(
    definition,
    diagnostic('unresolved-columns', described.message, { location: definition.nameLocation }),
  );
  return undefined;
}

export function isColumns(described: readonly Column[] | BindError): described is readonly Column[] {
  return Array.isArray(described);
}
