/**
 * Parsed files, kept while their text stays the same: a session parses again only what was saved. What a load does not ask
 * for is forgotten with the next one.
 */
import { SourceText, type Outcome } from '../diagnostic/index.ts';
import type { AuditDefinition, ParsedModel } from '../model/index.ts';
import type { ProjectFiles } from './files.ts';
import type { ProjectConfig } from './project.ts';

export class ParseMemory {
  readonly #sources = new Generations<SourceText>();
  readonly #models = new Generations<Parsed<readonly ParsedModel[]>>();
  readonly #audits = new Generations<Parsed<Outcome<readonly AuditDefinition[]>>>();
  readonly #configs = new Generations<Parsed<Outcome<ProjectConfig | undefined>>>();

  /** Begins a load. */
  begin(): void {
    for (const kept of [this.#sources, this.#models, this.#audits, this.#configs]) kept.begin();
  }

  /** The same object while the text is the same. */
  source(path: string, text: string): SourceText {
    const known = this.#sources.get(path);
    return this.#sources.set(path, known?.text === text ? known : new SourceText(path, text));
  }

  /**
   * `parse` must look at other files only through those it is handed: then its answer is not kept. It calls `forget` when
   * something else may change the answer.
   */
  model(
    source: SourceText,
    context: string,
    files: ProjectFiles,
    parse: (files: ProjectFiles, forget: () => void) => readonly ParsedModel[],
  ): readonly ParsedModel[] {
    let looked = false;
    const seen: ProjectFiles = {
      list: (folder) => ((looked = true), files.list(folder)),
      read: (path) => ((looked = true), files.read(path)),
    };
    const value = parsed(this.#models, source, context, () => parse(seen, () => (looked = true)));
    if (looked) this.#models.forget(source.path);
    return value;
  }

  audit(
    source: SourceText,
    parse: () => Outcome<readonly AuditDefinition[]>,
  ): Outcome<readonly AuditDefinition[]> {
    return parsed(this.#audits, source, '', parse);
  }

  config(
    source: SourceText,
    parse: () => Outcome<ProjectConfig | undefined>,
  ): Outcome<ProjectConfig | undefined> {
    return parsed(this.#configs, source, '', parse);
  }
}

interface Parsed<T> {
  readonly source: SourceText;
  /** What else it was made with. */
  readonly context: string;
  readonly value: T;
}

function parsed<T>(kept: Generations<Parsed<T>>, source: SourceText, context: string, parse: () => T): T {
  const known = kept.get(source.path);
  const isSame = known?.source === source && known.context === context;
  return kept.set(source.path, isSame ? known : { source, context, value: parse() }).value;
}

/** Values by path: those of this load, and behind them those of the last. */
class Generations<T> {
  #last = new Map<string, T>();
  #now = new Map<string, T>();

  begin(): void {
    this.#last = this.#now;
    this.#now = new Map();
  }

  get(path: string): T | undefined {
    return this.#now.get(path) ?? this.#last.get(path);
  }

  set(path: string, value: T): T {
    this.#now.set(path, value);
    return value;
  }

  forget(path: string): void {
    this.#now.delete(path);
    this.#last.delete(path);
  }
}
