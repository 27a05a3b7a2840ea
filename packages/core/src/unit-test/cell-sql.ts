/** Values of a test as texts that DuckDB makes values of, with what it would silently round or drop told apart. */
import { columnType, type ColumnType } from './column-type.ts';
import type { TestEntry, TestValue } from './unit-test.ts';

/** What is handed to DuckDB for one cell: a text to cast, or JSON to cast; undefined for NULL. */
export type CellText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly text: string };

export function cellText(value: TestValue, type: string): CellText | undefined {
  if (value.kind === 'null') return undefined;
  if (value.kind === 'text') return { kind: 'text', text: value.text };
  return { kind: 'json', text: jsonOf(value, columnType(type)) };
}

/**
 * JSON text. Leaves are texts, whatever they look like: DuckDB casts each to its type, and no digit is lost on the way.
 * Objects are put together by hand because JavaScript's would put keys that are numbers first.
 */
function jsonOf(value: TestValue, type: ColumnType): string {
  const isJson = type.kind === 'plain' && type.name === 'JSON';
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'text':
      return JSON.stringify(isJson ? value.scalar : value.text);
    case 'list': {
      const inner = type.kind === 'list' ? type.item : isJson ? type : ANY;
      return `[${value.items.map((item) => jsonOf(item, inner)).join(',')}]`;
    }
    case 'map': {
      if (type.kind === 'struct') return structOf(value.entries, type.fields);
      const inner = type.kind === 'map' ? type.value : isJson ? type : ANY;
      return objectOf(value.entries.map((e) => [e.name, jsonOf(e.value, inner)]));
    }
    default:
      return value satisfies never;
  }
}

const ANY: ColumnType = { kind: 'plain', name: 'VARCHAR', parameters: [] };

/** Fields that are left out are NULL, as columns are; names are compared without case. */
function structOf(
  entries: readonly TestEntry[],
  fields: Extract<ColumnType, { kind: 'struct' }>['fields'],
): string {
  const left = new Map(entries.map((e) => [e.name.toLowerCase(), e]));
  const known = fields.map((field): readonly [string, string] => {
    const entry = left.get(field.name.toLowerCase());
    left.delete(field.name.toLowerCase());
    return [field.name, entry === undefined ? 'null' : jsonOf(entry.value, field.type)];
  });
  // DuckDB complains about those that are no fields.
  return objectOf([...known, ...[...left.values()].map((e) => [e.name, jsonOf(e.value, ANY)] as const)]);
}

function objectOf(pairs: readonly (readonly [string, string])[]): string {
  return `{${pairs.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

const INTEGERS = /^U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?$/;
const NUMBER = /^[-+]?(?:\d[\d_]*)?(?:\.(\d*))?(?:e[-+]?\d+)?$/i;

/** What a cast would change without a word: decimal places, a zone, a time of day. Undefined when nothing is lost. */
export function loss(text: string, type: string): string | undefined {
  const parsed = columnType(type);
  if (parsed.kind !== 'plain') return undefined;
  const { name, parameters } = parsed;
  const number = NUMBER.exec(text.trim());
  if (number !== null && INTEGERS.test(name) && !Number.isInteger(Number(text)))
    return `a ${type} has no decimal places`;
  if (number !== null && name === 'DECIMAL') {
    const scale = Number(parameters[1] ?? 3);
    const places = (number[1] ?? '').replace(/0+$/, '').length;
    if (!/e/i.test(text) && places > scale) return `a ${type} has ${scale} decimal places`;
  }
  const time = /^\d{4}-\d\d-\d\d[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[-+]\d\d(?::?\d\d)?)?$/i.exec(
    text.trim(),
  );
  if (time === null) return undefined;
  if (name === 'DATE' && !/^[0:.]*$/.test(time[1] ?? '')) return 'a DATE has no time of day';
  if (/^TIMESTAMP(?:_\w+)?$/.test(name) && time[2] !== undefined && !/^(Z|[-+]00(:?00)?)$/i.test(time[2]))
    return `a ${type} has no time zone; write it in UTC`;
  return undefined;
}
