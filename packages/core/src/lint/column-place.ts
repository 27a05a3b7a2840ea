import { nodeKey } from '../compile/index.ts';
import type { Location } from '../diagnostic/index.ts';
import { isStar, listOf, outputSelects } from './ast.ts';
import type { LintedModel } from './rule.ts';

/** Where the author wrote the column at an index: its item of SELECT, its declaration without one, else the model's name. */
export function columnPlace({ model, query }: LintedModel, at: number): Location {
  const select = query === undefined ? undefined : outputSelects(query.root)[0];
  const items = select === undefined ? [] : listOf(select.node, 'select_list');
  const item = items.some(isStar) ? undefined : items[at];
  if (item !== undefined && query !== undefined) return query.locate(item);
  const name = model.columns[at]?.name ?? '';
  const declared = model.definition.columns?.find((c) => nodeKey(c.name) === nodeKey(name));
  return declared?.location ?? model.definition.nameLocation;
}
