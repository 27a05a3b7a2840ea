/**
 * Writes `sources.yaml` with as few changes as can be: the order of what is there and its comments stay, what is new goes
 * where the alphabet has it.
 */
import { Document, isMap, isScalar, Pair, parseDocument, Scalar, YAMLMap } from 'yaml';

const OPENING = ` Columns of tables that others keep, as the warehouse has them. Commit this file: compiling needs no warehouse then.
 Written by sluice sources refresh.`;

interface ColumnType {
  readonly name: string;
  readonly type: string;
}

/** What a table is to hold from now on; without columns it is taken out. */
export interface ColumnsEdit {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly ColumnType[] | undefined;
}

/** The file's text after some tables changed. */
export function editRecordedColumns(text: string | undefined, edits: readonly ColumnsEdit[]): string {
  const document: Document = text === undefined ? new Document() : parseDocument(text);
  if (text === undefined) document.commentBefore = OPENING;
  const root = isMap(document.contents) ? document.contents : new YAMLMap();
  document.contents = root;
  for (const { schema, table, columns } of edits) {
    const tables = child(root, schema);
    if (columns !== undefined) setColumns(child(child(tables, table), 'columns'), columns);
    else {
      take(tables, table);
      if (tables.items.length === 0) take(root, schema);
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** The columns in their order; those that stay keep their node, and so their comments. */
function setColumns(map: YAMLMap, columns: readonly ColumnType[]): void {
  const before = new Map(map.items.map((pair) => [keyOf(pair), pair]));
  map.items = columns.map(({ name, type }) => {
    const pair = before.get(name);
    if (pair === undefined) return newPair(name, new Scalar(type));
    if (!isScalar(pair.value)) pair.value = new Scalar(type);
    else if (pair.value.value !== type) pair.value.value = type;
    return pair;
  });
}

/** The mapping under a key, made where the alphabet has it when it is not there. */
function child(map: YAMLMap, key: string): YAMLMap {
  const found = map.items.find((pair) => keyOf(pair) === key);
  if (isMap(found?.value)) return found.value;
  const made = new YAMLMap();
  if (found !== undefined) found.value = made;
  else {
    const after = map.items.findIndex((pair) => keyOf(pair).toLowerCase() > key.toLowerCase());
    map.items.splice(after < 0 ? map.items.length : after, 0, newPair(key, made));
  }
  return made;
}

function take(map: YAMLMap, key: string): void {
  map.items = map.items.filter((pair) => keyOf(pair) !== key);
}

function newPair(key: string, value: Scalar | YAMLMap): Pair {
  return new Pair(new Scalar(key), value);
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}
