/**
 * A few real rows of each input that belong together. First those that rows of the result were copied from, then those
 * that join with what is there already, and else simply the first ones.
 */
import type { Column, CompiledModel, CompiledNode } from '../compile/index.ts';
import { nodeKey } from '../compile/index.ts';
import { id, ident, literal, raw, sql } from '../sql/quote.ts';
import { formatInstant, type TimeRange } from '../time/index.ts';
import { columnType } from './column-type.ts';
import type { JoinKey } from './join-keys.ts';

/** A row as texts that DuckDB makes the same values of again; NULLs are left out. */
export type TextRow = Readonly<Record<string, string>>;

/** Reads rows of the warehouse; the names of models and sources mean what an environment shows. */
export type ReadRows = (query: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

export interface SampleRequest {
  readonly model: CompiledModel;
  /** The inputs to be sampled, and the embedded models on the way to them. */
  readonly inputs: readonly CompiledNode[];
  readonly embedded: readonly CompiledModel[];
  readonly keys: readonly JoinKey[];
  /** Rows of the result, as texts. */
  readonly output: readonly TextRow[];
  readonly interval: TimeRange | undefined;
  /** How many rows of an input where nothing tells which. */
  readonly rows: number;
  readonly read: ReadRows;
}

/** Rows of one input that belong to one key; and so many times the rows asked for are taken of an input at most. */
const MOST_PER_KEY = 3;

export async function sampleInputs(request: SampleRequest): Promise<ReadonlyMap<string, readonly TextRow[]>> {
  const sampled = new Map<string, readonly TextRow[]>();
  const left = new Set(request.inputs);
  const origins = new Origins(request);
  for (const input of request.inputs) {
    const copied = origins.copiedFrom(input);
    if (copied.length === 0 || request.output.length === 0) continue;
    const tuples = request.output.map((row) => copied.map((c) => row[c.output]));
    const columns = copied.map((c) => c.column);
    sampled.set(input.name, await readMatching(request, input, columns, tuples, origins.timeOf(input)));
    left.delete(input);
  }
  while (left.size > 0) {
    const next = joining(request.keys, left, sampled) ?? firstOf(left);
    left.delete(next.input);
    const { input, on } = next;
    const known = on === undefined ? [] : (sampled.get(on.other.name) ?? []);
    const tuples = known.map((row) => on?.pairs.map((p) => row[p.theirs]) ?? []);
    const joined =
      on === undefined || tuples.length === 0
        ? []
        : await readMatching(
            request,
            input,
            on.pairs.map((p) => p.own),
            tuples.filter((t) => t.every((value) => value !== undefined)),
            undefined,
          );
    sampled.set(
      input.name,
      joined.length > 0 ? joined : await readFirst(request, input, origins.timeOf(input)),
    );
  }
  return sampled;
}

interface Joining {
  readonly input: CompiledNode;
  readonly on:
    | {
        readonly other: CompiledNode;
        readonly pairs: readonly { readonly own: Column; readonly theirs: string }[];
      }
    | undefined;
}

function firstOf(left: ReadonlySet<CompiledNode>): Joining {
  const [input] = left;
  if (input === undefined) throw new Error('there is no input left');
  return { input, on: undefined };
}

/** An input that joins with one that has rows already. */
function joining(
  keys: readonly JoinKey[],
  left: ReadonlySet<CompiledNode>,
  sampled: ReadonlyMap<string, readonly TextRow[]>,
): Joining | undefined {
  for (const input of left) {
    const own = nodeKey(input.name);
    for (const name of sampled.keys()) {
      const other = nodeKey(name);
      const pairs = keys.flatMap(([a, b]) => {
        const [mine, theirs] =
          a.input === own && b.input === other ? [a, b] : b.input === own && a.input === other ? [b, a] : [];
        const column = input.columns.find((c) => nodeKey(c.name) === mine?.column);
        return column === undefined || theirs === undefined || !isSimple(column.type)
          ? []
          : [{ own: column, theirs: theirs.column }];
      });
      if (pairs.length > 0) return { input, on: { other: { ...input, name }, pairs: distinct(pairs) } };
    }
  }
  return undefined;
}

function distinct<P extends { readonly own: Column }>(pairs: readonly P[]): readonly P[] {
  return [...new Map(pairs.map((p) => [p.own.name, p])).values()];
}

async function readMatching(
  request: SampleRequest,
  input: CompiledNode,
  columns: readonly Column[],
  tuples: readonly (readonly (string | undefined)[])[],
  time: string | undefined,
): Promise<readonly TextRow[]> {
  const unique = [...new Map(tuples.map((t) => [JSON.stringify(t.map((v) => v ?? null)), t])).values()];
  if (unique.length === 0) return [];
  const names = columns.map((_, i) => `k${i}`);
  const values = unique.map(
    (t) => `(${t.map((v) => (v === undefined ? 'CAST(NULL AS VARCHAR)' : literal(v))).join(', ')})`,
  );
  const same = columns.map(
    (c, i) => sql`source.${id(c.name)} IS NOT DISTINCT FROM CAST(k${raw(String(i))} AS ${raw(c.type)})`,
  );
  const filter = time === undefined ? '' : ` WHERE ${time}`;
  const order = orderOf(input);
  // Of every key one row before a second of any.
  const nth = `row_number() OVER (PARTITION BY ${columns.map((c) => ident(c.name)).join(', ')} ORDER BY ${order})`;
  // The alias keeps the columns of the input apart from those of the keys.
  return texts(
    await request.read(
      `SELECT ${textList(input.columns)} FROM (SELECT source.* FROM ${relation(input)} AS source SEMI JOIN (VALUES ${values.join(', ')}) AS wanted(${names.join(', ')})
       ON ${same.join(' AND ')}${filter}) AS source
       QUALIFY ${nth} <= ${MOST_PER_KEY} ORDER BY ${nth}, ${order} LIMIT ${request.rows * MOST_PER_KEY}`,
    ),
  );
}

async function readFirst(
  request: SampleRequest,
  input: CompiledNode,
  time: string | undefined,
): Promise<readonly TextRow[]> {
  const filter = time === undefined ? '' : ` WHERE ${time}`;
  const query = `SELECT ${textList(input.columns)} FROM ${relation(input)} AS source${filter} ORDER BY ${orderOf(input)} LIMIT ${request.rows}`;
  return texts(await request.read(query));
}

function relation(input: CompiledNode): string {
  const dot = input.name.indexOf('.');
  return `${ident(input.name.slice(0, dot))}.${ident(input.name.slice(dot + 1))}`;
}

/** The same rows at every call: by the grain, where there is one. */
function orderOf(input: CompiledNode): string {
  const grain = input.node === 'model' ? (input.definition.grains[0] ?? []) : [];
  const known = grain.filter((g) => input.columns.some((c) => nodeKey(c.name) === nodeKey(g)));
  return (known.length > 0 ? known : input.columns.map((c) => c.name))
    .map((name) => `source.${ident(name)}`)
    .join(', ');
}

/** Columns as texts under their own names. */
export function textList(columns: readonly Column[], prefix = 'source.'): string {
  return columns.map((c) => `CAST(${prefix}${ident(c.name)} AS VARCHAR) AS ${ident(c.name)}`).join(', ');
}

/** Keys are also there in lower case, as joins name them. */
export function texts(rows: readonly Readonly<Record<string, unknown>>[]): readonly TextRow[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([name, value]) =>
        value === null || value === undefined ? [] : [[name.toLowerCase(), String(value)]],
      ),
    ),
  );
}

/** Where the columns of a result come from, through embedded models. */
class Origins {
  readonly #request: SampleRequest;
  readonly #embedded: ReadonlyMap<string, CompiledModel>;

  constructor(request: SampleRequest) {
    this.#request = request;
    this.#embedded = new Map(request.embedded.map((m) => [m.name, m]));
  }

  /** Columns of an input that the result holds as they are. */
  copiedFrom(input: CompiledNode): readonly { readonly column: Column; readonly output: string }[] {
    const found = new Map<string, { readonly column: Column; readonly output: string }>();
    for (const c of this.#request.model.lineage?.columns ?? []) {
      const origin = c.direct ? this.#copy(c.sources) : undefined;
      const column =
        origin?.model === input.name ? input.columns.find((x) => x.name === origin.column) : undefined;
      if (column !== undefined && isSimple(column.type))
        found.set(column.name, { column, output: c.name.toLowerCase() });
    }
    return [...found.values()];
  }

  /** A filter on the column that the time of the result is made of. */
  timeOf(input: CompiledNode): string | undefined {
    const { model, interval } = this.#request;
    const { kind } = model.definition;
    if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE' || interval === undefined) return undefined;
    const time = model.lineage?.columns.find((c) => nodeKey(c.name) === nodeKey(kind.timeColumn));
    const source = time?.sources.map((s) => this.#copy([s])).find((s) => s?.model === input.name);
    const column = input.columns.find((c) => c.name === source?.column);
    if (column === undefined || !/^(DATE$|TIMESTAMP)/.test(column.type)) return undefined;
    const bound = (at: number): ReturnType<typeof raw> =>
      raw(sql`CAST(${formatInstant(at)} AS ${raw(column.type)})`);
    return sql`source.${id(column.name)} >= ${bound(interval.start)} AND source.${id(column.name)} < ${bound(interval.end)}`;
  }

  #copy(
    sources: readonly { readonly model: string; readonly column: string }[],
  ): { readonly model: string; readonly column: string } | undefined {
    const [source, more] = sources;
    if (source === undefined || more !== undefined) return undefined;
    const embedded = this.#embedded.get(source.model);
    if (embedded === undefined) return source;
    const inner = embedded.lineage?.columns.find((c) => nodeKey(c.name) === nodeKey(source.column));
    return inner?.direct === true ? this.#copy(inner.sources) : undefined;
  }
}

const SIMPLE =
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*|VARCHAR|DATE|TIME|TIMESTAMP.*|BOOLEAN|UUID|ENUM\(.*)$/;

/** Whether values of the type can be found again by their text. */
function isSimple(type: string): boolean {
  return columnType(type).kind === 'plain' && SIMPLE.test(type);
}
