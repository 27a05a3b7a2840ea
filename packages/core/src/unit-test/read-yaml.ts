/** YAML with places: its nodes as values of a test, its mappings as entries that know where their keys stand. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { diagnostic, type Diagnostic, type Location, type SourceText } from '../diagnostic/index.ts';
import type { TestEntry, TestValue } from './unit-test.ts';

/** More aliases than that are an attack, or a mistake. */
const DEEPEST = 100;

/** Reads a YAML file as one value; undefined when it is none. */
export function readYaml(source: SourceText, diagnostics: Diagnostic[]): TestValue | undefined {
  const document = parseDocument(source.text, { lineCounter: new LineCounter(), prettyErrors: false });
  for (const error of document.errors) {
    const location = source.locate(error.pos[0], Math.max(error.pos[1], error.pos[0] + 1));
    const [first = error.message] = error.message.split('\n');
    diagnostics.push(diagnostic('yaml-syntax', first.replace(/[.:]$/, ''), { location }));
  }
  if (document.errors.length > 0) return undefined;
  return new YamlValues(source, document).value(document.contents, source.locate(0), 0);
}

class YamlValues {
  readonly #source: SourceText;
  readonly #document: Document;

  constructor(source: SourceText, document: Document) {
    this.#source = source;
    this.#document = document;
  }

  value(given: unknown, fallback: Location, depth: number): TestValue {
    const node = isAlias(given) ? given.resolve(this.#document) : given;
    const location = this.#locate(given) ?? fallback;
    if (depth > DEEPEST) return { kind: 'null', location };
    if (isMap(node)) {
      const entries = node.items.flatMap((pair): readonly TestEntry[] => {
        const nameLocation = this.#locate(pair.key) ?? location;
        const value = this.value(pair.value, nameLocation, depth + 1);
        const isMerge = isScalar(pair.key) && pair.key.value === '<<' && value.kind === 'map';
        return isMerge ? value.entries : [{ name: keyText(pair.key), nameLocation, value }];
      });
      return { kind: 'map', entries: lastOfEach(entries), location };
    }
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((i) => this.value(i, location, depth + 1)), location };
    }
    if (!isScalar(node) || node.value === null || node.value === undefined) return { kind: 'null', location };
    const { value, source } = node;
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    const text = scalarText(value, source);
    return { kind: 'text', text, scalar: isPlain ? value : text, location };
  }

  #locate(node: unknown): Location | undefined {
    if (!isNode(node) || !Array.isArray(node.range)) return undefined;
    const [start, end] = node.range;
    return this.#source.locate(start, end);
  }
}

/** Of equal keys (one merged in by `<<`) the one that is written counts. */
function lastOfEach(entries: readonly TestEntry[]): readonly TestEntry[] {
  return [...new Map(entries.map((e) => [e.name, e])).values()];
}

/** Numbers as they are written: `1.10`, `12345678901234567890`; `!!binary` as DuckDB writes bytes. */
function scalarText(value: unknown, source: string | undefined): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Array.from(value, hexByte).join('');
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (source === undefined || !/^[-+]?[\d.]/.test(source)) return String(value);
    return /^0[ox]/i.test(source) ? String(value) : source;
  }
  return String(value);
}

function hexByte(byte: number): string {
  return String.raw`\x` + byte.toString(16).padStart(2, '0');
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

function keyText(key: unknown): string {
  if (!isScalar(key)) return String(key);
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
