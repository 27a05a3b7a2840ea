/**
 * Reads `sources.yaml`: the columns of tables that others keep, as the warehouse had them when `sluice sources refresh`
 * looked. The file is committed, so that compiling needs no warehouse.
 */
import { isMap, isScalar, type Document } from 'yaml';
import {
  diagnostic,
  type Diagnostic,
  type Location,
  type Outcome,
  type SourceText,
} from '../diagnostic/index.ts';
import { readYaml } from './read-yaml.ts';
import type { YamlPath, YamlPlaces } from './yaml-places.ts';

/** Where recorded columns are kept, in the project folder. */
export const RECORDED_FILE = 'sources.yaml';

/** A table, and what was seen of it. */
export interface RecordedTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly location: Location }[];
  /** Where its name stands. */
  readonly location: Location;
}

/** What the file says; tables with mistakes are told and left out. */
export function readRecordedColumns(source: SourceText): Outcome<readonly RecordedTable[]> {
  const { value: yaml, diagnostics } = readYaml(source);
  if (yaml === undefined) return { value: [], diagnostics };
  const reader = new Reader(yaml.places, yaml.document);
  return { value: reader.tables(), diagnostics: reader.diagnostics };
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #places: YamlPlaces;
  readonly #document: Document;

  constructor(places: YamlPlaces, document: Document) {
    this.#places = places;
    this.#document = document;
  }

  tables(): readonly RecordedTable[] {
    return this.#keys([], 'a mapping of schemas to tables').flatMap((schema) =>
      this.#keys([schema], 'a mapping of tables').flatMap((table) => this.#table(schema, table)),
    );
  }

  #table(schema: string, table: string): readonly RecordedTable[] {
    const path = [schema, table];
    const known = this.#keys(path, 'a mapping with columns');
    const other = known.find((key) => key !== 'columns');
    if (other !== undefined) {
      this.diagnostics.push(
        diagnostic(
          'config-unknown-property',
          `'${path.join('.')}' in ${RECORDED_FILE} has no property '${other}'`,
          {
            location: this.#places.key([...path, other]),
            hint: 'It holds columns alone; all else is said under sources: in project.yaml.',
          },
        ),
      );
      return [];
    }
    const at = [...path, 'columns'];
    const columns = this.#keys(at, 'a mapping of columns to types').map((name) => ({
      name,
      type: this.#text([...at, name]),
      location: this.#places.key([...at, name]),
    }));
    const wrong = columns.find((c) => c.type === '');
    if (wrong !== undefined) this.#invalid([...at, wrong.name], 'must be a type');
    if (wrong !== undefined || columns.length === 0) return [];
    return [{ schema, table, columns, location: this.#places.key(path) }];
  }

  /** A scalar's text; empty for all else. */
  #text(path: YamlPath): string {
    const node = this.#places.node(path);
    return isScalar(node) && typeof node.value === 'string' ? node.value.trim() : '';
  }

  #keys(path: YamlPath, what: string): readonly string[] {
    const node = path.length === 0 ? this.#document.contents : this.#places.node(path);
    // An empty file is an empty mapping.
    if (path.length === 0 && (node === null || (isScalar(node) && node.value === null))) return [];
    if (isMap(node)) return this.#places.keys(path);
    this.#invalid(path, `must be ${what}`);
    return [];
  }

  #invalid(path: YamlPath, problem: string): void {
    const name = path.length === 0 ? RECORDED_FILE : `'${path.join('.')}' in ${RECORDED_FILE}`;
    this.diagnostics.push(
      diagnostic('config-invalid', `${name} ${problem}`, {
        location: this.#places.value(path),
        hint: 'Remove it and run sluice sources refresh.',
      }),
    );
  }
}
