/**
 * One compilation on its way: which nodes are known, which are broken and by whose fault, and what there is to say. The
 * steps of the compiler are functions over it; nothing of it outlives the compilation.
 */
import type { Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import { cadenceOf } from '../time/index.ts';
import { digestOf, stateOf, type LeafTexts } from './cache-key.ts';
import { writeLeaf, writeReads } from './compile-cache.ts';
import type { CompileInput } from './compile-input.ts';
import type { CompiledNode } from './compiled.ts';
import { orderNodes } from './graph.ts';
import { lazy } from './lazy.ts';
import type { LeafMeaning } from './meaning.ts';
import { nameLookup, type ParsedModel } from './parse-models.ts';
import type { ReadLeaf } from './reads.ts';
import { hasMacros } from './sql-macros.ts';
import type { VersionedMeaning } from './version.ts';
import { WriteAhead } from './write-ahead.ts';

/** What later layers need to know of a compiled node. */
export interface Known {
  readonly node: CompiledNode;
  readonly leaf: () => LeafMeaning;
  readonly reads: () => ReadLeaf;
  /** Digest of all that a reader's result depends on. */
  readonly state: (texts?: LeafTexts) => string;
  readonly isCached: boolean;
}

export class Compilation {
  readonly input: CompileInput;
  readonly known = new Map<string, Known>();
  readonly broken = new Set<string>();
  readonly diagnostics: Diagnostic[] = [];
  readonly lookup: ReturnType<typeof nameLookup>;
  /** Models that are done, with their inputs. */
  readonly finished = new Map<string, readonly string[]>();
  /** Shadow tables, made or in the making. */
  readonly declared = new Map<string, Promise<void>>();
  /** Keys of the cache, by model. */
  readonly keys = new Map<string, string>();
  /** Models with something wrong that is no error of theirs alone: not to be kept. */
  readonly faulty = new Set<string>();
  readonly ahead: WriteAhead;
  /** Digests of shapes of audits that DuckDB has bound, in this compilation or before. */
  readonly soundAudits: Set<string>;
  settings: string | undefined;
  /** Models that were not looked at, and the broken input that is to blame. */
  readonly blockedBy = new Map<string, string>();
  /** Models with an audit that does not bind: whether they can be read at all, the parser has to say. */
  readonly doubted = new Set<string>();
  /** By model: what the quick pass found of a model that the careful one looks at again is not said twice. */
  readonly held = new Map<string, readonly Diagnostic[]>();
  /** What macros say, by model: of all that were rendered in this compilation. */
  readonly drafted = new Map<string, readonly Diagnostic[]>();
  /** Errors are told by the second, careful pass alone. */
  isCareful = false;
  /** What the careful pass parsed, by name; finished models with their final text. */
  parsedModels = new Map<string, ParsedModel>();

  constructor(input: CompileInput) {
    this.input = input;
    this.lookup = nameLookup(input.project);
    this.ahead = new WriteAhead(input.cache);
    // What an SQL macro does is in no shape.
    this.soundAudits = new Set(hasMacros(input.project) ? [] : input.cache?.audits);
  }

  fail(definition: ModelDefinition, found: Diagnostic): void {
    this.broken.add(definition.name);
    this.tell(definition, found);
  }

  /** Held by model: what the quick pass found of a model that the careful one looks at again is not said twice. */
  tell(definition: ModelDefinition, ...found: readonly Diagnostic[]): void {
    this.held.set(definition.name, [...(this.held.get(definition.name) ?? []), ...found]);
  }

  tellFirst(definition: ModelDefinition, found: readonly Diagnostic[]): void {
    if (found.length > 0)
      this.held.set(definition.name, [...found, ...(this.held.get(definition.name) ?? [])]);
  }

  know(node: CompiledNode, { leaf }: VersionedMeaning, reads: ReadLeaf): void {
    this.known.set(node.name, {
      node,
      isCached: false,
      leaf: () => leaf,
      reads: () => reads,
      state: lazy((texts?: LeafTexts) =>
        stateOf(node, texts ?? { leaf: writeLeaf(leaf), readLeaf: writeReads(reads) }),
      ),
    });
  }

  knownTable(schema: string, table: string): Known | undefined {
    const name = this.lookup.find(schema, table);
    return name === undefined ? undefined : this.known.get(name);
  }

  /** Inputs first, ties in the order of the project, whatever was ready first. */
  order(names: readonly string[]): readonly string[] {
    return orderNodes(
      names.filter((n) => this.known.has(n)),
      this.finished,
    ).layers.flat();
  }

  /** What the inputs are to a reader. */
  inputState(inputs: readonly string[]): string {
    return digestOf(inputs.toSorted().map((i) => [i, this.known.get(i)?.state() ?? null]));
  }

  inputVersions(dependencies: readonly string[]): readonly string[] {
    return dependencies.map((d) => this.known.get(d)?.node.version ?? d).toSorted();
  }

  /** Takes back what was found of these models and of all that read them. */
  forgetBelow(names: ReadonlySet<string>): void {
    if (names.size === 0) return;
    const gone = new Set(names);
    for (const name of this.order([...this.known.keys()])) {
      const inputs = this.finished.get(name);
      if (inputs === undefined || !(gone.has(name) || inputs.some((i) => gone.has(i)))) continue;
      gone.add(name);
      this.known.delete(name);
      this.finished.delete(name);
    }
  }

  unit(definition: ModelDefinition): string {
    return cadenceOf(definition, this.input.project.config.defaults).unit;
  }
}
