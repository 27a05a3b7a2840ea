/**
 * What diverted rows failed for. They are taken out part by part, and each part has to be asked while its rows are in the table
 * still: so what was counted is put aside, and the parts are added up in the end.
 */
import { mostFrequent, type BlameQuery } from '../audit/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { AuditResultDocument } from '../report/index.ts';
import { id, raw, sql, type Sql } from '../sql/quote.ts';
import { failingColumns, MOST } from './failing-columns.ts';

export class DivertedColumns {
  readonly #connection: Connection;
  /** The columns that are asked for, once a part had bad rows. */
  #counted: readonly BlameQuery[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Counts one part, the rows of which are to be diverted next. */
  async count(asked: readonly BlameQuery[]): Promise<void> {
    const isFirst = this.#counted.length === 0;
    for (const [i, { values }] of asked.entries()) {
      await this.#connection.run(
        isFirst
          ? sql`CREATE OR REPLACE TEMP TABLE ${id(tableOf(i))} AS ${raw(values)}`
          : sql`INSERT INTO ${inTemp(i)} ${raw(values)}`,
      );
    }
    this.#counted = asked;
  }

  /** What all of them failed for. */
  async told(): Promise<AuditResultDocument['columns']> {
    const asked = this.#counted.map((column, i) => ({
      ...column,
      plain: undefined,
      query: mostFrequent(
        sql`SELECT value, CAST(sum(n) AS BIGINT) AS n FROM ${inTemp(i)} GROUP BY value`,
        MOST,
      ),
    }));
    const found = await failingColumns(this.#connection, asked, [], 0);
    for (const i of this.#counted.keys()) await this.#connection.run(sql`DROP TABLE ${inTemp(i)}`);
    return found;
  }
}

function tableOf(i: number): string {
  return `sluice_failing_${i}`;
}

function inTemp(i: number): Sql {
  return raw(sql`temp.${id(tableOf(i))}`);
}
