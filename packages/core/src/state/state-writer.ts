import type { Connection } from '../engine/warehouse.ts';

/** Takes statements for Sluice's own tables: a connection, or what collects them for one. */
export type StateWriter = Pick<Connection, 'run'>;

/**
 * Statements for Sluice's own tables that are sent together, at the end of the transaction they belong to: a task has half a
 * dozen, and between two calls a connection waits until JavaScript has time.
 */
export class StateBatch implements StateWriter {
  readonly #texts: string[] = [];

  async run(text: string): Promise<number> {
    this.#texts.push(text);
    return 0;
  }

  async send(connection: Connection): Promise<void> {
    if (this.#texts.length > 0) await connection.run(this.#texts.splice(0).join(';\n'));
  }
}
