import { hash } from 'node:crypto';
import { isEvolving, type ModelDefinition } from '../model/index.ts';
import type { SourceDefinition } from '../project/index.ts';
import type { Column, Meaning } from './compiled.ts';
import { kindIdentity, kindRules } from './kind-identity.ts';
import { MEANING_SCHEME, tableLeaf, type Block, type LeafMeaning, type MeaningResult } from './meaning.ts';

/**
 * From the meaning of a query to the identity of a table. What the kind does to the rows is added here: a plain table or
 * view passes its query's meaning on, a time-range table is tagged by its time column, seeds and sources are leaves.
 */
export interface VersionedMeaning {
  readonly meaning: Meaning;
  /** How readers see it. */
  readonly leaf: LeafMeaning;
  readonly version: string;
}

/** A source is what its declaration says; its data are not part of any version. */
export function versionSource(source: SourceDefinition, columns: readonly Column[]): VersionedMeaning {
  const { origin } = source;
  // A sample is no source that anything of the whole can be taken for, nor the other way round.
  const part = origin.kind === 'file' && origin.sample !== undefined ? [['sample', origin.sample]] : [];
  const identity =
    origin.kind === 'file'
      ? ['source', source.name, origin.format, origin.csv, columns.map((c) => [c.name, c.type]), ...part]
      : ['external', source.name, origin.schema, origin.table];
  // Readers depend on name and type of the columns they read, not on the others: so the leaf is known by its name alone.
  const leaf = tableLeaf(
    digest('source', source.name, origin.kind === 'file' ? [origin.format, origin.csv, ...part] : []),
    columns,
  );
  return fromLeaf(leaf, columns, digest(...identity));
}

/** A seed is its file's content; an external model somebody else's table. */
export function versionLeafModel(definition: ModelDefinition, columns: readonly Column[]): VersionedMeaning {
  const { kind } = definition;
  const identity =
    kind.kind === 'SEED'
      ? digest('seed', definition.name, kind.contentHash, kind.csv)
      : digest('external', definition.name);
  const leaf = tableLeaf(identity, columns);
  return fromLeaf(
    leaf,
    columns,
    digest(
      identity,
      columns.map((c) => [c.name, c.type]),
    ),
  );
}

/**
 * A model with a query whose meaning is known. Where audits divert rows (`isDiverting`), which rows there are depends on the values of
 * their columns, and what people made of diverted rows on those of all columns: a mend is of a row as the query gives it.
 */
export function versionQuery(
  definition: ModelDefinition,
  columns: readonly Column[],
  known: Extract<MeaningResult, { kind: 'known' }>,
  tags: readonly string[],
  isDiverting = false,
): VersionedMeaning {
  const { rows, sequence, hashes, flags } = known.meaning;
  const kind = kindTag(definition, hashes, columns);
  const diverted = isDiverting
    ? [['diverts', columns.map((c, i) => [c.name, c.type, hashes[i] ?? null])]]
    : [];
  const tag = kind.length === 0 && tags.length === 0 ? undefined : [...kind, ...diverted, ...tags];
  const tagged = tag === undefined ? rows : digest('kind', rows, tag);
  const meaning: Meaning = {
    rows: tagged,
    sequence: digest('kind', sequence, definition.kind.kind, tag ?? null),
    columns: columns.map((c, i) => ({
      name: c.name,
      type: c.type,
      hash: hashes[i] ?? addedColumn(definition, c),
    })),
    flags,
  };
  const isStored = definition.kind.kind !== 'VIEW' && definition.kind.kind !== 'EMBEDDED';
  // A stored result of `random()` or `now()` is one drawing; computing it again would be another.
  const isDrawing = isStored && flags.some((f) => !f.startsWith('order:'));
  return {
    meaning,
    version: tableVersion(definition, meaning),
    leaf: livesOn(definition)
      ? livingLeaf(definition, columns)
      : tag !== undefined || isDrawing
        ? storedLeaf(definition, meaning)
        : blockLeaf(known.block, columns),
  };
}

/** A model whose plan holds something the walk does not know: its text, and its inputs as they are. */
export function versionText(
  definition: ModelDefinition,
  columns: readonly Column[],
  canonicalAst: string,
  inputs: readonly string[],
  tags: readonly string[],
): VersionedMeaning {
  const rows = digest('text', canonicalAst, inputs, kindTag(definition, [], columns), tags);
  const meaning: Meaning = {
    rows,
    sequence: rows,
    columns: columns.map((c) => ({
      name: c.name,
      type: c.type,
      hash: digest('text column', rows, c.name, c.type),
    })),
    flags: ['unknown:plan'],
  };
  return {
    meaning,
    version: tableVersion(definition, meaning),
    leaf: livesOn(definition) ? livingLeaf(definition, columns) : storedLeaf(definition, meaning),
  };
}

/** Whether the table outlives its definition. */
function livesOn(definition: ModelDefinition): boolean {
  return isEvolving(definition.kind) && definition.kind.forwardOnly;
}

/**
 * A table that lives on holds rows of earlier definitions too: to its readers it is what it is called, and a changed
 * definition moves them only where a column they read goes or gets another type. New rows reach them as new data.
 */
function livingLeaf(definition: ModelDefinition, columns: readonly Column[]): LeafMeaning {
  return tableLeaf(digest('living', definition.name.toLowerCase(), kindIdentity(definition.kind)), columns);
}

/** The value of a column that the kind adds. */
function addedColumn(definition: ModelDefinition, column: Column): string {
  return digest('kind column', definition.kind.kind, column.name.toLowerCase());
}

function fromLeaf(leaf: LeafMeaning, columns: readonly Column[], version: string): VersionedMeaning {
  if (leaf.kind !== 'table') throw new TypeError('a leaf is a table');
  return {
    leaf,
    version,
    meaning: {
      rows: leaf.rows,
      sequence: leaf.sequence,
      columns: columns.map((c) => ({ name: c.name, type: c.type, hash: leaf.columns.get(c.name) ?? '' })),
      flags: [],
    },
  };
}

function blockLeaf(block: Block, columns: readonly Column[]): LeafMeaning {
  return { kind: 'block', block, names: columns.map((c) => c.name) };
}

function storedLeaf(definition: ModelDefinition, meaning: Meaning): LeafMeaning {
  const drawn = meaning.flags.some((f) => !f.startsWith('order:')) ? [definition.name.toLowerCase()] : [];
  return {
    kind: 'table',
    rows: digest('stored', meaning.rows, drawn),
    sequence: digest('stored', meaning.sequence, drawn),
    columns: new Map(meaning.columns.map((c) => [c.name, digest('stored', c.hash, drawn)])),
  };
}

/** What a kind does to the rows; nothing for kinds that hold exactly their query's result. */
function kindTag(
  definition: ModelDefinition,
  hashes: readonly string[],
  columns: readonly Column[],
): readonly unknown[] {
  const { kind } = definition;
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE') return kindRules(kind);
  const at = columns.findIndex((c) => c.name.toLowerCase() === kind.timeColumn.toLowerCase());
  return [kind.kind, hashes[at] ?? kind.timeColumn, kind.timeFormat ?? null];
}

function tableVersion(definition: ModelDefinition, meaning: Meaning): string {
  return digest(
    'version',
    definition.kind.kind,
    meaning.rows,
    meaning.columns.map((c) => [c.name, c.type, c.hash]),
  );
}

function digest(...parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify([MEANING_SCHEME, ...parts]), 'hex').slice(0, 32);
}
