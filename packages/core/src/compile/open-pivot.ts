/**
 * A PIVOT without a list of values: what its columns are, only the data tells. Where the header declares them, that is what
 * the table will have, and writing it fails if the data say otherwise; nothing is guessed from the query.
 */
import { diagnostic, type Location } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import { significantTokens } from '../sql/tokens.ts';
import type { Compilation } from './compilation.ts';
import type { Column } from './compiled.ts';
import { isColumns } from './name-columns.ts';
import { nodeKey } from './names.ts';
import { normalType } from './normal-type.ts';
import { queryStart, type ParsedQuery } from './parse-models.ts';
import { queryError } from './query-error.ts';

/** The columns the header declares, if it does and the rest of the query is right. */
export async function openColumns(
  c: Compilation,
  definition: ModelDefinition,
  query: ParsedQuery,
): Promise<readonly Column[] | undefined> {
  const location = pivotPlace(query) ?? queryStart(definition);
  const { columns, kind } = definition;
  if (columns === undefined || kind.kind !== 'FULL') {
    c.fail(
      definition,
      diagnostic('unresolved-columns', 'the columns of a PIVOT without a list of values depend on the data', {
        location,
        hint: "Write the values that become columns: ON column IN ('a', 'b'). Or make the model FULL and declare its columns in its header: columns (name TYPE, …).",
      }),
    );
    return undefined;
  }
  const declared = columns.map((column) => ({ name: column.name, type: column.type }));
  // Over empty tables no value becomes a column; the other columns are there, and all else that is wrong shows.
  const described = await c.input.binder.describe(query.rendered.sql);
  if (!isColumns(described)) {
    // A column that is missing here and declared may be one that a value becomes.
    const missing = described.name;
    if (missing === undefined || !declared.some((d) => nodeKey(d.name) === nodeKey(missing))) {
      c.fail(definition, queryError(definition, query, described));
      return undefined;
    }
  } else {
    const types = new Map(declared.map((d) => [nodeKey(d.name), d.type]));
    const other = described.find((d) => normalType(types.get(nodeKey(d.name)) ?? '') !== normalType(d.type));
    if (other !== undefined) {
      const type = types.get(nodeKey(other.name));
      c.fail(
        definition,
        diagnostic(
          'column-contract',
          type === undefined
            ? `the query gives '${other.name} ${other.type}', the header does not declare it`
            : `the header declares '${other.name} ${type}', the query gives ${other.type}`,
          { location: columns.find((d) => nodeKey(d.name) === nodeKey(other.name))?.location ?? location },
        ),
      );
      return undefined;
    }
  }
  c.tell(
    definition,
    diagnostic(
      'unresolved-columns',
      'the columns of this PIVOT depend on the data: they are taken from the header, and their lineage is unknown',
      {
        location,
        hint: "Write the values that become columns, to have them checked: ON column IN ('a', 'b').",
        severity: 'warning',
      },
    ),
  );
  return declared;
}

function pivotPlace({ rendered: { sql, map } }: ParsedQuery): Location | undefined {
  const token = significantTokens(sql).find(
    (t) => t.kind === 'word' && /^pivot(?:_wider)?$/i.test(sql.slice(t.start, t.end)),
  );
  return token === undefined ? undefined : map.locate(token.start, token.end);
}
