import type { ModelDefinition } from '../model/index.ts';
import type { Diagnostic } from '../diagnostic/index.ts';
import type { CachedInputs } from './compile-cache.ts';
import type { Known } from './compilation.ts';
import type { Draft, ParsedModel } from './parse-models.ts';

/** The result of an earlier compilation, if it is still one: that its inputs must tell. */
export interface Earlier {
  /** Digest of what the inputs were to their readers. */
  readonly state: string;
  readonly inputs: CachedInputs;
  /** Undefined when it cannot be read back. */
  read(): { readonly known: Known; readonly warnings: readonly Diagnostic[] } | undefined;
  /** What its macros say, where that is known: then it need not be rendered to say it. */
  readonly drafted: readonly Diagnostic[] | undefined;
}

/** A model on its way: parsed, or with a result of an earlier run that may still hold. */
export interface Pending {
  readonly definition: ModelDefinition;
  readonly inputs: readonly string[];
  readonly parsed: ParsedModel | undefined;
  readonly earlier: Earlier | undefined;
  /** How it is rendered, where that is known already. */
  readonly draft: Draft | undefined;
}

export function pending(parsed: ParsedModel): Pending {
  return {
    definition: parsed.definition,
    inputs: inputsOf(parsed),
    parsed,
    earlier: undefined,
    draft: undefined,
  };
}

/** All that a model waits for: what its query reads, and what its audits do. */
export function inputsOf(model: ParsedModel): readonly string[] {
  return [...new Set([...(model.query?.dependencies ?? []), ...model.audits.flatMap((a) => a.dependencies)])];
}
