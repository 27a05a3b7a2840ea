/**
 * What can be read of a record that could not be loaded: where only values do not fit their columns, the others are what they would
 * have been. Where the record has not the fields that the file has, nobody knows which is which, and none is guessed.
 */
import type { Column } from '../../compile/compiled.ts';
import { isNestedType } from '../../sql/nested-type.ts';
import { id, literal, raw, sql } from '../../sql/quote.ts';
import type { Row } from '../warehouse.ts';
import { splitCsvLine, type CsvDialect } from './split-csv-line.ts';

/** A record as DuckDB's tables of rejects have it. */
export interface RejectedRecord {
  readonly text: string;
  /** Whether it has the fields that the file has. */
  readonly isWhole: boolean;
  /** From 1: the fields that do not fit. */
  readonly misfits: ReadonlySet<number>;
  readonly dialect: CsvDialect;
  readonly dateFormat: string;
  readonly timestampFormat: string;
  /** The columns of its file, in the order of the fields. */
  readonly names: readonly string[];
}

/** Records in one statement. */
const CHUNK = 200;

/**
 * For each record an object as JSON: the declared columns with texts that can be cast to their types, or with JSON where the type is
 * nested; NULL for what does not fit. Null for a record of which nothing can be told.
 */
export async function rejectedValues(
  rows: (query: string) => Promise<readonly Row[]>,
  records: readonly RejectedRecord[],
  columns: readonly Column[],
  nulls: ReadonlySet<string>,
): Promise<readonly (string | null)[]> {
  const found: (string | null)[] = records.map(() => null);
  const alike = Map.groupBy(records.keys(), (i) => {
    const record = records[i];
    return JSON.stringify([record?.names, record?.dateFormat, record?.timestampFormat]);
  });
  for (const group of alike.values()) {
    const first = records[group[0] ?? 0];
    const readable = group.flatMap((i) => {
      const fields = first === undefined ? undefined : fieldsOf(records[i] ?? first, nulls);
      return fields === undefined ? [] : [{ i, fields }];
    });
    if (first === undefined) continue;
    for (let start = 0; start < readable.length; start += CHUNK) {
      const query = valuesSql(readable.slice(start, start + CHUNK), first, columns);
      for (const row of await rows(query)) found[Number(row['i'])] = String(row['r']);
    }
  }
  return found;
}

/** Fields as texts, null for what says nothing or does not fit; undefined when they are not those of the file. */
function fieldsOf(
  record: RejectedRecord,
  nulls: ReadonlySet<string>,
): readonly (string | null)[] | undefined {
  if (!record.isWhole) return undefined;
  const fields = splitCsvLine(record.text.replace(/\r?\n$|\r$/, ''), record.dialect);
  if (fields?.length !== record.names.length) return undefined;
  return fields.map((field, i) => (record.misfits.has(i + 1) || nulls.has(field) ? null : field));
}

function valuesSql(
  records: readonly { readonly i: number; readonly fields: readonly (string | null)[] }[],
  like: RejectedRecord,
  columns: readonly Column[],
): string {
  const at = new Map(like.names.map((name, i) => [name.toLowerCase(), i]));
  const items = columns.map(({ name, type }) => {
    const i = at.get(name.toLowerCase());
    const value = i === undefined ? 'NULL' : typed(`f${i}`, type, like);
    return sql`${name}, ${raw(isNestedType(type) ? `to_json(${value})` : `CAST(${value} AS VARCHAR)`)}`;
  });
  const values = records.map(({ i, fields }) => sql`(${[i, ...fields]})`);
  const names = raw(['i', ...like.names.map((_, i) => `f${i}`)].join(', '));
  return sql`SELECT i, CAST(json_object(${raw(items.join(', '))}) AS VARCHAR) AS r FROM (VALUES ${raw(values.join(', '))}) AS v(${names})`;
}

/** As reading the file would make it. */
function typed(field: string, type: string, { dateFormat, timestampFormat }: RejectedRecord): string {
  const text = sql`CAST(${id(field)} AS VARCHAR)`;
  const format = type === 'DATE' ? dateFormat : type === 'TIMESTAMP' ? timestampFormat : '';
  const value = format === '' ? text : `try_strptime(${text}, ${literal(format)})`;
  return `TRY_CAST(${value} AS ${type})`;
}
