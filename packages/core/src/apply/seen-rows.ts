/**
 * How many rows audits look at. Each number is known of what was just written, or asked for once for all audits that look at the same
 * rows. A passed audit is not worth a scan: its number is told where DuckDB knows it without one, or where another audit needed it.
 */
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { SeenQuery } from '../plan/sql-writer.ts';

export class SeenRows {
  readonly #connection: Connection;
  readonly #isTable: boolean;
  /** By query, of audits that have a condition of their own; by `undefined`, of the others. */
  readonly #counted = new Map<string | undefined, number>();

  /**
   * @param exact how many they are without a condition, where that is certain
   * @param isTable whether they lie in a table, which knows how many it has
   */
  constructor(
    connection: Connection,
    { exact, isTable = false }: { readonly exact?: number | undefined; readonly isTable?: boolean },
  ) {
    this.#connection = connection;
    this.#isTable = isTable;
    if (exact !== undefined) this.#counted.set(undefined, exact);
  }

  /** Whatever it costs. */
  async count({ sql, isNarrowed }: SeenQuery): Promise<number> {
    const key = isNarrowed ? sql : undefined;
    const rows = this.#counted.get(key) ?? (await countRows(this.#connection, sql));
    this.#counted.set(key, rows);
    return rows;
  }

  /** Null where nobody has counted, and doing so costs as much as an audit. */
  async told(query: SeenQuery): Promise<number | null> {
    if (this.#isTable && !query.isNarrowed) return this.count(query);
    return this.#counted.get(query.isNarrowed ? query.sql : undefined) ?? null;
  }
}
