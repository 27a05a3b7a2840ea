/**
 * What the compiler keeps of a model between two runs, and how it comes back. An entry is found by what the author wrote,
 * and believed only when all that the model reads has the same columns and the same meaning as then.
 */
import type { Diagnostic } from '../diagnostic/index.ts';
import type { Column, ColumnRef, CompiledModel, Lineage, Meaning } from './compiled.ts';
import type { LeafMeaning } from './meaning.ts';
import { readBlock, writeBlock, type BlockJson } from './meaning/block-json.ts';
import type { ReadLeaf } from './reads.ts';

/** What a model refers to, as names of nodes. */
export interface CachedInputs {
  readonly query: readonly string[];
  /** By audit, in the order of the header. */
  readonly audits: readonly (readonly string[])[];
}

/** What is known of a result without reading its payload. */
export interface CacheHead {
  /** Digest of what the inputs were to their readers. */
  readonly state: string;
  readonly inputs: CachedInputs;
  readonly warnings: readonly Diagnostic[];
}

/** An entry that was found by its key. */
export interface CacheEntry extends CacheHead {
  /** The payload; undefined when it is not what was written. */
  read(): KeptPayload | undefined;
}

/** A payload that is what was written: its first line, and the way to the rest. */
export interface KeptPayload {
  readonly first: string;
  readonly rest: () => string;
}

/** Where a payload is that may be kept later. */
export interface StagedPayload {
  readonly offset: number;
  readonly length: number;
  readonly checksum: string;
}

/** Where results are kept. Keys are hashes of content. */
export interface CompileCache {
  /** Digests of shapes of audits that are known to bind. */
  readonly audits: ReadonlySet<string>;
  find(key: string): CacheEntry | undefined;
  /** Puts a payload away, so that it takes no memory; undefined where it cannot be. It is found only once it is kept. */
  stage(payload: string): StagedPayload | undefined;
  keep(key: string, head: CacheHead, payload: StagedPayload): void;
  keepAudits(shapes: ReadonlySet<string>): void;
}

/** What is asked of every model. */
export interface LightResult extends Pick<
  CompiledModel,
  'columns' | 'version' | 'reads' | 'byInterval' | 'clockDependent' | 'auditIdentity'
> {
  /** Digest of all that a reader's result depends on. */
  readonly state: string;
}

/** What is asked of few models, and makes up most of an entry. */
export interface HeavyResult extends Pick<CompiledModel, 'sql' | 'lineage' | 'meaning'> {
  /** JSON text, read only when a reader is bound again. */
  readonly leaf: string;
  readonly readLeaf: string;
}

/**
 * A result as a payload: JSON texts by line, first the light part. Quoting the leaves once more would double their cost, so
 * they have lines of their own.
 */
export function writeResult(light: LightResult, { leaf, readLeaf, sql, ...rest }: HeavyResult): string {
  const heavy: HeavyJson = {
    sql,
    lineage: rest.lineage === undefined ? undefined : packLineage(rest.lineage),
    meaning: { ...rest.meaning, columns: rest.meaning.columns.map((c) => c.hash) },
  };
  return `${JSON.stringify(light)}\n${JSON.stringify(heavy)}\n${leaf}\n${readLeaf}`;
}

/** What stands in the light part too is left out: names and types of columns. */
interface HeavyJson {
  readonly sql: HeavyResult['sql'];
  readonly lineage: LineageJson | undefined;
  readonly meaning: Omit<Meaning, 'columns'> & { readonly columns: readonly string[] };
}

/** Numbers are places in `refs`. */
interface LineageJson {
  readonly models: readonly string[];
  /** A place in `models`, and a column. */
  readonly refs: readonly (readonly [number, string])[];
  /** By column: whether it is taken as it is, and its sources. */
  readonly columns: readonly (readonly [direct: 0 | 1, ...sources: readonly number[]])[];
  readonly influence: readonly number[];
}

function packLineage({ columns, influence }: Lineage): LineageJson {
  const models = new Map<string, number>();
  const refs: (readonly [number, string])[] = [];
  const numbers = new Map<string, number>();
  const numberOf = ({ model, column }: ColumnRef): number => {
    let at = models.get(model);
    if (at === undefined) models.set(model, (at = models.size));
    const key = `${at} ${column}`;
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = refs.push([at, column]) - 1));
    return number;
  };
  const packed = columns.map((c): LineageJson['columns'][number] => [
    c.direct ? 1 : 0,
    ...c.sources.map(numberOf),
  ]);
  return { columns: packed, influence: influence.map(numberOf), models: [...models.keys()], refs };
}

function unpackLineage(json: LineageJson, columns: readonly Column[]): Lineage {
  const refs = json.refs.map(([model, column]) => ({ model: json.models[model] ?? '', column }));
  const at = (number: number): readonly ColumnRef[] => refs.slice(number, number + 1);
  return {
    columns: columns.map(({ name, type }, i) => {
      const [direct, ...sources] = json.columns[i] ?? [0];
      return { name, type, sources: sources.flatMap(at), direct: direct === 1 };
    }),
    influence: json.influence.flatMap(at),
  };
}

/** Undefined when the payload is none. */
export function readResult({
  first,
  rest,
}: KeptPayload): { readonly light: LightResult; readonly heavy: () => HeavyResult } | undefined {
  try {
    const light = JSON.parse(first) as LightResult;
    // The whole payload has a checksum: what was written is there.
    return { light, heavy: () => readHeavy(rest(), light.columns) };
  } catch {
    return undefined;
  }
}

function readHeavy(lines: string, columns: readonly Column[]): HeavyResult {
  const [rest = '', leaf = '', readLeaf = ''] = lines.split('\n');
  const { sql, lineage, meaning } = JSON.parse(rest) as HeavyJson;
  return {
    sql,
    lineage: lineage === undefined ? undefined : unpackLineage(lineage, columns),
    meaning: {
      ...meaning,
      columns: columns.map(({ name, type }, i) => ({ name, type, hash: meaning.columns[i] ?? '' })),
    },
    leaf,
    readLeaf,
  };
}

export function writeLeaf(leaf: LeafMeaning): string {
  return leaf.kind === 'table'
    ? JSON.stringify({ ...leaf, columns: [...leaf.columns] })
    : `{"kind":"block","block":${writeBlock(leaf.block)},"names":${JSON.stringify(leaf.names)}}`;
}

export function readLeaf(text: string): LeafMeaning {
  const json = JSON.parse(text) as
    | { kind: 'table'; rows: string; sequence: string; columns: readonly [string, string][] }
    | { kind: 'block'; block: BlockJson; names: readonly string[] };
  return json.kind === 'table'
    ? { ...json, columns: new Map(json.columns) }
    : { kind: 'block', block: readBlock(json.block), names: json.names };
}

type Scans = Extract<ReadLeaf, { kind: 'view' }>['trace']['scans'];
type Carried = Extract<ReadLeaf, { kind: 'view' }>['trace']['columns'][number];

export function writeReads(leaf: ReadLeaf): string {
  if (leaf.kind === 'input') return JSON.stringify({ ...leaf, timeColumn: leaf.timeColumn ?? null });
  const { scans, columns } = leaf.trace;
  return JSON.stringify({
    kind: 'view',
    names: leaf.names,
    scans,
    // A time that no scan is known for (-1) is left out when read: more is read then, never less.
    columns: columns.map((carried) => [...carried].map(([scan, grain]) => [scans.indexOf(scan), grain])),
  });
}

export function readReads(text: string): ReadLeaf {
  const json = JSON.parse(text) as
    | { kind: 'input'; input: string; timeColumn: string | null }
    | {
        kind: 'view';
        names: readonly string[];
        scans: Scans;
        columns: readonly (readonly [number, 'timestamp' | 'date'])[][];
      };
  if (json.kind === 'input') return { ...json, timeColumn: json.timeColumn ?? undefined };
  const { names, scans } = json;
  const columns = json.columns.map(
    (carried): Carried =>
      new Map(
        carried.flatMap(([at, grain]) => {
          const scan = scans[at];
          return scan === undefined ? [] : [[scan, grain] as const];
        }),
      ),
  );
  return { kind: 'view', names, trace: { scans, columns } };
}
