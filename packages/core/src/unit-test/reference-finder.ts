/** Which models and sources a text reads, by DuckDB's parser. Texts that are asked for in the same turn are parsed at once. */
import { DEFAULT_SCHEMA, findReferences, type Binder } from '../compile/index.ts';

export class ReferenceFinder {
  readonly #parse: Binder['parse'];
  readonly #known = new Map<string, Promise<readonly string[]>>();
  #waiting: {
    readonly text: string;
    readonly resolve: (names: readonly string[]) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];

  constructor(parse: Binder['parse']) {
    this.#parse = parse;
  }

  /** `schema.name` of all tables, as written; empty for what does not parse. */
  namesIn(text: string): Promise<readonly string[]> {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const asked = new Promise<readonly string[]>((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#parseWaiting());
    });
    this.#known.set(text, asked);
    return asked;
  }

  async #parseWaiting(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = [];
    try {
      const parsed = await this.#parse(asked.map((a) => a.text));
      for (const [i, { text, resolve }] of asked.entries()) {
        const result = parsed[i];
        const statement = result?.ok === true ? result.statements[0] : undefined;
        const tables = findReferences(statement, text).tables.filter((t) => t.catalog === '');
        resolve(tables.map((t) => `${t.schema === '' ? DEFAULT_SCHEMA : t.schema}.${t.table}`));
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
