/**
 * What a session keeps in memory from one compilation to the next: results by what the author wrote, believed like those of
 * the cache, and which shadow tables the binder holds. Nothing of it changes an answer; it only saves making it again.
 */
import type { Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { CachedInputs } from './compile-cache.ts';
import type { Known } from './compilation.ts';
import type { Column } from './compiled.ts';
import { nodeKey } from './names.ts';

/** The result of a model, with all that it was made of. */
export interface Remembered {
  /** Digest of what the inputs were to their readers. */
  readonly state: string;
  readonly inputs: CachedInputs;
  readonly known: Known;
  /** All that is said of the model. */
  readonly warnings: readonly Diagnostic[];
  /** What its macros alone say; undefined when the result came from the cache on disk, which does not tell them apart. */
  readonly drafted: readonly Diagnostic[] | undefined;
}

export class CompileMemory {
  #results = new Map<string, Remembered>();
  /** Keys of definitions that are the same objects as last time. */
  readonly #keys = new WeakMap<ModelDefinition, { readonly context: string; readonly key: string }>();
  /** Columns of shadow tables as the binder has them, by name without case. */
  readonly #shadows = new Map<string, { readonly name: string; readonly columns: string }>();

  find(key: string): Remembered | undefined {
    return this.#results.get(key);
  }

  /** What is not named here is forgotten: texts that the project no longer holds. */
  keepOnly(keys: Iterable<string>, fresh: ReadonlyMap<string, Remembered>): void {
    const kept = new Map<string, Remembered>();
    for (const key of keys) {
      const result = fresh.get(key) ?? this.#results.get(key);
      if (result !== undefined) kept.set(key, result);
    }
    this.#results = kept;
  }

  /** The key of a definition, made once while neither it nor the context changes. */
  keyOf(definition: ModelDefinition, context: string, make: () => string): string {
    const known = this.#keys.get(definition);
    if (known?.context === context) return known.key;
    const key = make();
    this.#keys.set(definition, { context, key });
    return key;
  }

  /** Whether the binder has just this table. */
  holds(name: string, columns: readonly Column[]): boolean {
    const shadow = this.#shadows.get(nodeKey(name));
    return shadow?.name === name && shadow.columns === signature(columns);
  }

  declared(name: string, columns: readonly Column[]): void {
    this.#shadows.set(nodeKey(name), { name, columns: signature(columns) });
  }

  /** The binder may hold an older one, or none. */
  doubt(name: string): void {
    this.#shadows.set(nodeKey(name), { name, columns: 'unknown' });
  }

  dropped(name: string): void {
    this.#shadows.delete(nodeKey(name));
  }

  /** Shadow tables of what the project no longer has. */
  surplus(names: readonly string[]): readonly string[] {
    const wanted = new Set(names.map(nodeKey));
    return [...this.#shadows].flatMap(([key, { name }]) => (wanted.has(key) ? [] : [name]));
  }
}

function signature(columns: readonly Column[]): string {
  return JSON.stringify(columns.map((c) => [c.name, c.type]));
}
