import type { ModelDefinition } from '../model/index.ts';
import type { CacheEntry } from './compile-cache.ts';
import type { ParsedModel } from './parse-models.ts';

/** A model on its way: parsed, or with a result of an earlier run that may still hold. */
export interface Pending {
  readonly definition: ModelDefinition;
  readonly inputs: readonly string[];
  readonly parsed: ParsedModel | undefined;
  readonly entry: CacheEntry | undefined;
}

export function pending(parsed: ParsedModel): Pending {
  return { definition: parsed.definition, inputs: inputsOf(parsed), parsed, entry: undefined };
}

/** All that a model waits for: what its query reads, and what its audits do. */
export function inputsOf(model: ParsedModel): readonly string[] {
  return [...new Set([...(model.query?.dependencies ?? []), ...model.audits.flatMap((a) => a.dependencies)])];
}
