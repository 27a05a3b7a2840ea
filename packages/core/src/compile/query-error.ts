/** DuckDB's complaints about the query of a model, as diagnostics. */
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { BindError } from './binder.ts';
import { renderedPlace } from './error-place.ts';
import { queryStart, type ParsedQuery } from './parse-models.ts';
import { toDiagnostic } from './sql-errors.ts';

export function queryError(definition: ModelDefinition, query: ParsedQuery, error: BindError): Diagnostic {
  const { sql, map } = query.rendered;
  return toDiagnostic(error, renderedPlace(sql, map, queryStart(definition)));
}

export function isPlanless(error: BindError): boolean {
  return (
    error.type === 'not implemented' || /cannot be serialized|not serializable|no plan/i.test(error.message)
  );
}

export function hiddenRead(definition: ModelDefinition): Diagnostic {
  return diagnostic('unknown-table', 'a table is read by a name that only running the query tells', {
    location: definition.nameLocation,
    hint: 'Name it in FROM, so that Sluice knows what has to be built first.',
  });
}
