import type { ModelDefinition } from '../model/index.ts';
import type { Compilation } from './compilation.ts';
import { draftModels, type Draft } from './parse-models.ts';

/** The drafts of a compilation, each made when somebody asks for it. A model whose draft has errors is broken. */
export class Drafting {
  readonly #c: Compilation;
  readonly #made = new Map<string, Draft>();
  /** Models whose drafts have errors. */
  readonly #failed = new Set<string>();

  constructor(c: Compilation) {
    this.#c = c;
  }

  /** By name, so far. */
  get made(): ReadonlyMap<string, Draft> {
    return this.#made;
  }

  /** The drafts of some models, without those that have errors. */
  of(models: readonly ModelDefinition[]): readonly Draft[] {
    const { project } = this.#c.input;
    const isNew = (m: ModelDefinition): boolean => !this.#made.has(m.name) && !this.#failed.has(m.name);
    const fresh = models.filter(isNew);
    for (const d of draftModels(fresh, project, this.#c.lookup, this.#c.diagnostics))
      this.#made.set(d.definition.name, d);
    for (const { name } of fresh) {
      if (this.#made.has(name)) continue;
      this.#failed.add(name);
      this.#c.broken.add(name);
    }
    return models.flatMap((m) => this.#made.get(m.name) ?? []);
  }
}
