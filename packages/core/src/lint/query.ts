/** A model's query as rules see it: DuckDB's AST, and the way from its positions to the author's text. */
import { byteToUtf16, type Location } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { Rendered } from '../render/index.ts';
import { tokenize } from '../sql/tokens.ts';
import type { Json } from './ast.ts';

/** A rendered and parsed query. */
export class LintedQuery {
  readonly definition: ModelDefinition;
  /** The root of the AST: a node of type `..._NODE`. */
  readonly root: Json;
  readonly statement: unknown;
  readonly sql: string;
  readonly #rendered: Rendered;
  #ends: ReadonlyMap<number, number> | undefined;

  constructor(definition: ModelDefinition, rendered: Rendered, statement: unknown, root: Json) {
    this.definition = definition;
    this.statement = statement;
    this.root = root;
    this.sql = rendered.sql;
    this.#rendered = rendered;
  }

  /** UTF-16 offset of a node in the rendered text; undefined when DuckDB gives none. */
  offset(node: Json): number | undefined {
    const at = node['query_location'];
    return typeof at === 'number' && at <= this.sql.length * 4 ? byteToUtf16(this.sql, at) : undefined;
  }

  /** The author's place of the token at which a node stands, or of the first node below it that has a place. */
  locate(node: Json): Location {
    const start = this.offset(node);
    if (start !== undefined) return this.range(start, this.#tokenEnd(start));
    for (const child of Object.values(node)) {
      const inner: unknown = Array.isArray(child) ? child[0] : child;
      if (typeof inner === 'object' && inner !== null && 'query_location' in inner)
        return this.locate(inner as Json);
    }
    return this.definition.nameLocation;
  }

  /** The author's place of a range of the rendered text. */
  range(start: number, end: number): Location {
    return this.#rendered.map.locate(start, end) ?? this.definition.nameLocation;
  }

  /** Where an offset of the rendered text stands in the author's file, when the author wrote that very token. */
  authored(start: number): number | undefined {
    const end = this.#tokenEnd(start);
    const place = this.range(start, end);
    const same = this.definition.source.text.slice(place.start, place.end) === this.sql.slice(start, end);
    return same ? place.start : undefined;
  }

  #tokenEnd(start: number): number {
    this.#ends ??= new Map(tokenize(this.sql).map((token) => [token.start, token.end]));
    return this.#ends.get(start) ?? start + 1;
  }
}
