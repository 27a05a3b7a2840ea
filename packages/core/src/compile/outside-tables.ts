/** Tables that queries name and the project does not have: the warehouse may know them. */
import type { Location } from '../diagnostic/index.ts';
import type { Project } from '../project/index.ts';
import { render } from '../render/index.ts';
import type { Binder } from './binder.ts';
import { nodeKey } from './names.ts';
import { compileContext, nameLookup } from './parse-models.ts';
import { findReferences } from './references.ts';

/** A table of nobody's in the project, where it is first named. */
export interface OutsideTable {
  readonly schema: string;
  readonly table: string;
  readonly location: Location | undefined;
}

/** In the order they are named, each once. Queries with errors name nothing; compiling says what is wrong with them. */
export async function outsideTables(project: Project, binder: Binder): Promise<readonly OutsideTable[]> {
  const lookup = nameLookup(project);
  const drafts = project.models.flatMap((definition) => {
    if (definition.query === undefined) return [];
    const context = compileContext(project, definition, () => 'later');
    return [render(definition.query, definition.source, context, definition.definitions).value];
  });
  const parsed = await binder.parse(drafts.map((d) => d.sql));
  const found = new Map<string, OutsideTable>();
  for (const [i, draft] of drafts.entries()) {
    const result = parsed[i];
    if (result === undefined || !result.ok) continue;
    for (const r of findReferences(result.statements[0], draft.sql).tables) {
      const key = nodeKey(`${r.schema}.${r.table}`);
      if (r.catalog !== '' || r.schema === '' || found.has(key)) continue;
      if (lookup.find(r.schema, r.table) !== undefined) continue;
      found.set(key, { schema: r.schema, table: r.table, location: draft.map.locate(r.start, r.end) });
    }
  }
  return [...found.values()];
}
