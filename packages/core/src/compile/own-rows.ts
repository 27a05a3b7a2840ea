/**
 * Models that read their own past rows: a balance that goes on from yesterday's. Their table has to be there before its query is
 * bound, so its columns come from the header; and what they mean is their text, for no plan says what the rows before were.
 */
import { diagnostic, type Diagnostic, type Outcome } from '../diagnostic/index.ts';
import { isByInterval, type ModelDefinition } from '../model/index.ts';
import type { Compilation } from './compilation.ts';
import type { ParsedModel } from './parse-models.ts';
import type { ReadLeaf } from './reads.ts';
import { readLeafOf } from './model-reads.ts';

/** Whether rows are computed in intervals that have an order, so that there is a past to read. */
export function mayReadItself({ kind }: ModelDefinition, usesTime: boolean): boolean {
  const isKind = kind.kind === 'INCREMENTAL_BY_TIME_RANGE' || kind.kind === 'INCREMENTAL_BY_UNIQUE_KEY';
  return isKind && isByInterval(kind, usesTime);
}

/** The references of a query without its own name, and whether that was among them. */
export function withoutOwn(
  definition: ModelDefinition,
  found: readonly string[],
  usesTime: boolean,
): Outcome<{ readonly dependencies: readonly string[]; readonly readsItself: boolean } | undefined> {
  const { name, columns } = definition;
  // Others are on a circle of one, which is said with the other circles.
  if (!found.includes(name) || !mayReadItself(definition, usesTime))
    return { value: { dependencies: found, readsItself: false }, diagnostics: [] };
  if (columns !== undefined)
    return { value: { dependencies: found.filter((f) => f !== name), readsItself: true }, diagnostics: [] };
  return { value: undefined, diagnostics: [undeclared(definition)] };
}

function undeclared({ name, nameLocation }: ModelDefinition): Diagnostic {
  return diagnostic('unresolved-columns', `${name} reads its own rows, so its columns have to be declared`, {
    location: nameLocation,
    hint: 'Declare them in the header: columns (day DATE, balance DECIMAL(18,2), …).',
  });
}

/** The empty table that stands for a model while its own query is bound. */
export async function declareOwn(c: Compilation, definitions: readonly ModelDefinition[]): Promise<void> {
  if (definitions.length === 0) return;
  const failures = await c.input.binder.declare(
    definitions.map(({ schema, table, columns = [] }) => ({ schema, name: table, columns })),
  );
  for (const definition of definitions) {
    const { name, schema, table, nameLocation } = definition;
    // Its readers are bound against what its query gives.
    c.input.memory?.doubt(name);
    const failure = failures.find((f) => f.schema === schema && f.name === table);
    if (failure === undefined) continue;
    const what = failure.message.replace(/^(\w+ )+Error: /, '').replace(/[.!]\s*$/, '');
    const message = `the declared columns of ${name} cannot be those of a table: ${what}`;
    c.fail(definition, diagnostic('column-contract', message, { location: nameLocation }));
  }
}

/** Why a model that reads itself cannot be: rows that are taken out would be missing from what comes after. */
export function ownProblem(model: ParsedModel): Diagnostic | undefined {
  const diverting = model.audits.find((a) => a.audit.severity === 'quarantine');
  if (model.query?.readsItself !== true || diverting === undefined) return undefined;
  const { name } = model.definition;
  return diagnostic('cannot-divert', `${name} reads its own rows, so that none can be taken out of them`, {
    location: diverting.audit.call.location,
    hint: 'Let the audit block or warn, or divert the rows of a model that it reads.',
  });
}

/** How a model's own table is read by its query. */
export function ownReads(definition: ModelDefinition): ReadLeaf {
  return readLeafOf(definition, definition.columns ?? [], { scans: [], columns: [] });
}
