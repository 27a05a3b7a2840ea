/**
 * What people made of diverted rows. A mend is of one row as a query gives it: whenever that row is diverted, what was made of it
 * stands in its place, in every version of the table and in whatever order things were done. So mends are data like a source's,
 * kept in the state, and never forgotten with the rows that quarantine holds.
 */
import type { Column } from '../compile/compiled.ts';
import type { TableName } from '../sql/quote.ts';

/** A physical table whose rows were diverted, and of which model it is. */
export interface MendedTable {
  readonly model: string;
  readonly key: string;
  readonly physical: TableName;
  readonly columns: readonly Column[];
}

/** Of rows that are about to be put back: the id they have in quarantine. */
export const MEND_ID = '_sluice_id';
export const DIVERTED_ID = '_sluice_rowid';
/** What was made of diverted rows, in one interval. */
export const MENDED: TableName = { schema: 'temp', name: 'sluice_mended' };
/** Column `id`: which of them may go back. */
export const ACCEPTED: TableName = { schema: 'temp', name: 'sluice_accepted' };
