import { countRows } from '../engine/count-rows.ts';
import type { Connection, Row } from '../engine/warehouse.ts';
import { tableIdent, type TableName } from '../sql/quote.ts';
import { compareSchemas, type CommonColumn } from './compare-schemas.ts';
import type { RelationDiff, RowCounts } from './relation-diff.ts';
import { SideBySide, surplus } from './side-by-side.ts';

/** What to compare, and by what. */
export interface DiffRequest {
  readonly before: TableName;
  readonly after: TableName;
  /** Columns that tell rows apart; empty: rows are compared as a whole. */
  readonly grain: readonly string[];
  /** At most so many samples of each sort. */
  readonly samples: number;
}

/**
 * Compares two relations inside the warehouse: one join by the grain counts everything. Where the grain does not tell rows
 * apart on both sides, rows are compared as a whole, as often as they occur.
 */
export async function diffRelations(connection: Connection, request: DiffRequest): Promise<RelationDiff> {
  const { before, after } = request;
  const { schema, common } = compareSchemas(
    await connection.columnsOf(before),
    await connection.columnsOf(after),
  );
  const totals = {
    before: await countRows(connection, `SELECT count(*) AS n FROM ${tableIdent(before)}`),
    after: await countRows(connection, `SELECT count(*) AS n FROM ${tableIdent(after)}`),
  };
  const keys = request.grain.flatMap((g) => common.filter((c) => isNamed(c, g)));
  if (request.grain.length > 0 && keys.length === request.grain.length) {
    const found = await byGrain(connection, request, keys, common, totals);
    if (found !== undefined) return { schema, note: undefined, ...found };
  }
  return {
    schema,
    note: noteOf(request.grain, keys.length),
    ...(await asAWhole(connection, request, common, totals)),
  };
}

type Totals = Pick<RowCounts, 'before' | 'after'>;
type Compared = Omit<RelationDiff, 'schema' | 'note'>;

async function byGrain(
  connection: Connection,
  request: DiffRequest,
  keys: readonly CommonColumn[],
  common: readonly CommonColumn[],
  totals: Totals,
): Promise<Compared | undefined> {
  const values = common.filter((c) => !keys.includes(c));
  const join = new SideBySide(request.before, request.after, keys, values);
  const found = await connection.rows(join.counts(request.samples));
  const [counted] = found;
  const number = (name: string): number => Number(counted?.[name] ?? 0);
  const rows: RowCounts = {
    ...totals,
    added: number('added'),
    removed: number('removed'),
    changed: number('changed'),
  };
  const matched = number('matched');
  // A key that occurs twice matches more rows than there are.
  if (matched + rows.removed !== rows.before || matched + rows.added !== rows.after) return undefined;
  return {
    grain: keys.map((k) => k.after.name),
    rows,
    columns: values.flatMap((c, i) => {
      const changed = number(`c${i}`);
      return changed === 0 ? [] : [{ name: c.after.name, changed, share: changed / matched }];
    }),
    samples: {
      removed: rows.removed > 0 ? await connection.rows(join.alone('before', request.samples)) : [],
      added: rows.added > 0 ? await connection.rows(join.alone('after', request.samples)) : [],
      changed: found.filter((row) => row['sampled'] === true).map((row) => changedRow(row, keys, values)),
    },
  };
}

function changedRow(
  row: Row,
  keys: readonly CommonColumn[],
  values: readonly CommonColumn[],
): RelationDiff['samples']['changed'][number] {
  return {
    key: Object.fromEntries(keys.map((k, i) => [k.after.name, row[`k${i}`] ?? null])),
    values: values.flatMap((c, i) =>
      row[`d${i}`] === true
        ? [{ column: c.after.name, before: row[`a${i}`] ?? null, after: row[`b${i}`] ?? null }]
        : [],
    ),
  };
}

async function asAWhole(
  connection: Connection,
  request: DiffRequest,
  common: readonly CommonColumn[],
  totals: Totals,
): Promise<Compared> {
  const { before, after, samples } = request;
  if (common.length === 0) {
    const rows = { ...totals, added: totals.after, removed: totals.before, changed: 0 };
    return { grain: [], rows, columns: [], samples: { added: [], removed: [], changed: [] } };
  }
  const [gone, come] = [surplus(before, after, common, 'before'), surplus(after, before, common, 'after')];
  const removed = await countRows(connection, `SELECT count(*) AS n FROM (${gone})`);
  const added = removed + totals.after - totals.before;
  const some = async (count: number, query: string): Promise<readonly Row[]> =>
    count === 0 ? [] : connection.rows(`SELECT * FROM (${query}) ORDER BY ALL LIMIT ${samples}`);
  return {
    grain: [],
    rows: { ...totals, added, removed, changed: 0 },
    columns: [],
    samples: { removed: await some(removed, gone), added: await some(added, come), changed: [] },
  };
}

function noteOf(grain: readonly string[], found: number): string | undefined {
  if (grain.length === 0) return undefined;
  const name = grain.join(', ');
  return found < grain.length
    ? `${name} is not in both, so rows were compared as a whole`
    : `${name} is there more than once, so rows were compared as a whole`;
}

function isNamed(column: CommonColumn, name: string): boolean {
  return column.after.name.toLowerCase() === name.toLowerCase();
}
