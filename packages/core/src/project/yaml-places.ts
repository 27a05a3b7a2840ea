/** Where a key or a value of a YAML document stands, so that a complaint about data points at the author's text. */
import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type Node } from 'yaml';
import type { Location, SourceText } from '../diagnostic/index.ts';

/** A way into a document: keys of mappings, positions in lists. */
export type YamlPath = readonly PropertyKey[];

/** Finds places in one YAML document. */
export class YamlPlaces {
  readonly #source: SourceText;
  readonly #document: Document;

  constructor(source: SourceText, document: Document) {
    this.#source = source;
    this.#document = document;
  }

  /** The value at a path; of one that is not there, the key of the mapping it is missing from. */
  value(path: YamlPath): Location {
    const found = this.#find(path);
    if (found.depth === path.length && found.value !== undefined) return this.#locate(found.value);
    return found.key === undefined ? this.#source.locate(0) : this.#locate(found.key);
  }

  /** The key at a path. */
  key(path: YamlPath): Location {
    const found = this.#find(path);
    const node = found.key ?? found.value;
    return node === undefined ? this.#source.locate(0) : this.#locate(node);
  }

  /** The keys of a mapping in the order they are written (an object would put numbers first). */
  keys(path: YamlPath): readonly string[] {
    const value = this.#resolve(this.#find(path).value);
    return isMap(value) ? value.items.map((pair) => keyText(pair.key)) : [];
  }

  /** The node at a path, aliases followed; undefined when the path leads nowhere. */
  node(path: YamlPath): Node | undefined {
    const { value, depth } = this.#find(path);
    return depth === path.length ? this.#resolve(value) : undefined;
  }

  /** What an alias (`*name`) stands for. */
  #resolve(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #locate(node: Node): Location {
    const [start, end] = node.range ?? [0, 0];
    return this.#source.locate(start, end);
  }

  #find(path: YamlPath): {
    readonly key: Node | undefined;
    readonly value: Node | undefined;
    readonly depth: number;
  } {
    let key: Node | undefined;
    let value: Node | undefined = this.#document.contents ?? undefined;
    for (const [depth, step] of path.entries()) {
      value = this.#resolve(value);
      if (isMap(value)) {
        const pair = value.items.find((item) => isPair(item) && keyText(item.key) === String(step));
        if (pair === undefined) return { key, value, depth };
        key = isNode(pair.key) ? pair.key : key;
        value = isNode(pair.value) ? pair.value : undefined;
      } else if (isSeq(value)) {
        const item: unknown = value.items[Number(step)];
        if (!isNode(item)) return { key, value, depth };
        value = item;
      } else return { key, value, depth };
    }
    return { key, value, depth: path.length };
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
