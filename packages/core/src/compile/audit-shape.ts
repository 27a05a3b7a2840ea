/**
 * Which audits bind alike. Most are the same few texts over other tables: once DuckDB has bound `not_null` of a BIGINT, it need
 * not be asked again for another one. Two audits of one shape differ only in the name of the audited model and, by a
 * one-to-one renaming that keeps types, in quoted names of its columns; so both bind or neither does.
 */
import { identifierName, significantTokens } from '../sql/tokens.ts';
import type { Column } from './compiled.ts';
import { nodeKey, nodeSchemaAndTable } from './names.ts';

/**
 * The shape of an audit's text that reads the model and nothing else.
 *
 * @param isOfLibrary the text is Sluice's own but for its arguments, so that it names the columns it reads
 */
export function auditShape(
  text: string,
  model: string,
  columns: readonly Column[],
  isOfLibrary: boolean,
): string {
  const words = significantTokens(text).map(({ kind, start, end }): Word => {
    const written = text.slice(start, end);
    const isNamed = kind === 'quoted' || kind === 'word';
    return { kind, written, name: isNamed ? nodeKey(identifierName(written)) : '' };
  });
  const { schema, table } = nodeSchemaAndTable(nodeKey(model));
  const isModel = (at: number): boolean =>
    words[at]?.name === schema && words[at + 1]?.written === '.' && words[at + 2]?.name === table;
  const namesAll = isOfLibrary && words.every((_, at) => isPlainPlace(words, at));
  const types = new Map(namesAll ? columns.map((c) => [nodeKey(c.name), c.type]) : []);
  const numbers = new Map<string, number>();
  const shape: unknown[] = [];
  for (let at = 0; at < words.length; at++) {
    const { kind, written, name } = words[at] ?? NOTHING;
    const type = name === '' ? undefined : types.get(name);
    if (isModel(at)) {
      shape.push(null);
      at += 2;
    } else if (type === undefined) shape.push(written);
    // Any name will do in its place. But a bare word may be a keyword, and beside a dot it may be a field of a struct.
    else if (kind === 'quoted' && words[at - 1]?.written !== '.' && words[at + 1]?.written !== '.') {
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      shape.push([number, type]);
    } else shape.push([written, type]);
  }
  return JSON.stringify([shape, namesAll ? null : columns.map((c) => [c.name, c.type])]);
}

interface Word {
  readonly kind: string;
  readonly written: string;
  /** Lower-case identifier, '' for anything else. */
  readonly name: string;
}

const NOTHING: Word = { kind: '', written: '', name: '' };

/** Where columns may be read that the text does not name. */
const OPEN =
  /^(?:columns|natural|table|pivot|unpivot|pivot_wider|pivot_longer|summarize|describe|show|using)$/;

function isPlainPlace(words: readonly Word[], at: number): boolean {
  const before = (steps: number): string => words[at - steps]?.written.toLowerCase() ?? '';
  const { kind, written, name } = words[at] ?? NOTHING;
  if (kind === 'operator' && written.includes('*')) {
    if (written !== '*') return false;
    if (before(1) === '(' && before(2) === 'count') return true;
    // The rows themselves, or those of the relation that is audited.
    const isWhole = at === 1 || (before(2) === '(' && before(3) === 'from');
    return before(1) === 'select' && words[at + 1]?.name === 'from' && isWhole;
  }
  // The alias of the audited rows may stand for a whole row.
  if (name === 'audited') return before(1) === 'as';
  if (kind !== 'word') return true;
  return !OPEN.test(name) && !(name === 'from' && before(1) === '(');
}
