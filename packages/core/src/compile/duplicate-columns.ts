/**
 * Two columns of one name. DuckDB tells them apart silently when a table is made (`a`, `a_1`), and then readers get a column
 * that nobody wrote; here it is an error.
 */
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { ident } from '../sql/quote.ts';
import { selectItems, type SelectItem } from '../sql/select-items.ts';
import type { Binder } from './binder.ts';
import type { Column } from './compiled.ts';
import { nodeKey } from './names.ts';
import { queryStart, type ParsedQuery } from './parse-models.ts';
import type { ModelDefinition } from '../model/index.ts';

/** @param columns as they come out when a table is made */
export async function duplicateColumns(
  binder: Binder,
  definition: ModelDefinition,
  query: ParsedQuery,
  columns: readonly Column[],
): Promise<readonly Diagnostic[]> {
  if (!mayBeRenamed(columns)) return [];
  const names = await binder.names(query.rendered.sql);
  const seen = new Set<string>();
  const twice = new Map<string, string>();
  for (const name of names) {
    if (seen.has(nodeKey(name))) twice.set(nodeKey(name), name);
    seen.add(nodeKey(name));
  }
  const items = selectItems(query.rendered.sql);
  return [...twice.values()].map((name) => duplicate(definition, query, items, names, name));
}

/** `a_1` beside `a`: either the author wrote both, or DuckDB one of them. */
function mayBeRenamed(columns: readonly Column[]): boolean {
  const keys = new Set(columns.map((c) => nodeKey(c.name)));
  return columns.some((c) => {
    const base = /^(.*)[_:]\d+$/s.exec(nodeKey(c.name))?.[1];
    return base !== undefined && keys.has(base);
  });
}

function duplicate(
  definition: ModelDefinition,
  query: ParsedQuery,
  items: readonly SelectItem[],
  names: readonly string[],
  name: string,
): Diagnostic {
  const isPlain = items.length === names.length && items.every((i) => !i.isStar);
  const same = items.filter((item, i) => nodeKey((isPlain ? names[i] : item.name) ?? '') === nodeKey(name));
  const stars = items.filter((item) => item.isStar);
  // With a star among the two, the star is what can be changed.
  const guilty = same.length > 1 ? same[1] : (stars.at(-1) ?? same[0]);
  const first = same.length > 1 ? same[0] : stars.length > 1 ? stars[0] : same[0];
  const { map } = query.rendered;
  const place = (item: SelectItem | undefined): ReturnType<typeof map.locate> =>
    item === undefined ? undefined : map.locate(item.nameStart, item.end);
  const firstPlace = first === guilty ? undefined : place(first);
  return diagnostic('duplicate-column', `the query gives two columns named '${name}'`, {
    location: place(guilty) ?? queryStart(definition),
    hint:
      guilty?.isStar === true
        ? `Leave one out: * EXCLUDE (${ident(name)}), or list the columns.`
        : 'Give one of them another name: … AS name.',
    notes:
      firstPlace === undefined
        ? []
        : [
            {
              message: first?.isStar === true ? 'the first may be here' : 'the first is here',
              location: firstPlace,
            },
          ],
  });
}
