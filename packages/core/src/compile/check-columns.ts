/** What must hold of a model's columns, whatever its query says: names, the contract of its header, its time column. */
import { diagnostic, didYouMean, type Diagnostic, type Location, type Note } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import { selectItems } from '../sql/select-items.ts';
import type { Compilation } from './compilation.ts';
import type { Column } from './compiled.ts';
import { duplicateColumns } from './duplicate-columns.ts';
import { kindColumns, kindProblems } from './kind-columns.ts';
import { nodeKey } from './names.ts';
import { normalType } from './normal-type.ts';
import type { ParsedQuery } from './parse-models.ts';

/** Duplicate names, the column contract, and what the kind names. */
export async function checkColumns(
  c: Compilation,
  definition: ModelDefinition,
  query: ParsedQuery,
  columns: readonly Column[],
): Promise<boolean> {
  const twice = await duplicateColumns(c.input.binder, definition, query, columns);
  // Names that DuckDB made up are in nobody's contract.
  const found: Diagnostic[] =
    twice.length > 0
      ? [...twice]
      : [
          ...contract(definition, contracted(definition, columns), (name) =>
            columnPlace(query, columns, name),
          ),
          ...timeColumn(definition, columns, c.unit(definition)),
          ...(await kindProblems(definition, columns, c.input.binder)),
        ];
  if (found.length === 0) return true;
  c.broken.add(definition.name);
  c.tell(definition, ...found);
  return false;
}

/** Where the query writes a column of its own, as far as its text tells. */
function columnPlace(query: ParsedQuery, columns: readonly Column[], name: string): Location | undefined {
  const { sql, map } = query.rendered;
  const items = selectItems(sql);
  const isPlain = items.length === columns.length && items.every((i) => !i.isStar);
  const item = isPlain
    ? items[columns.findIndex((c) => c.name === name)]
    : items.find((i) => nodeKey(i.name ?? '') === nodeKey(name));
  return item === undefined ? undefined : map.locate(item.start, item.end);
}

/** The columns a contract is about: those a kind adds count only where it declares them. */
function contracted(definition: ModelDefinition, columns: readonly Column[]): readonly Column[] {
  const declared = new Set(definition.columns?.map((c) => nodeKey(c.name)));
  return [...columns, ...kindColumns(definition.kind).filter((c) => declared.has(nodeKey(c.name)))];
}

function contract(
  definition: ModelDefinition,
  columns: readonly Column[],
  placeOf: (name: string) => Location | undefined,
): readonly Diagnostic[] {
  if (definition.columns === undefined) return [];
  const found: Diagnostic[] = [];
  const note = (name: string): readonly Note[] => {
    const location = placeOf(name);
    return location === undefined ? [] : [{ message: 'the query gives it here', location }];
  };
  const actual = new Map(columns.map((c) => [nodeKey(c.name), c]));
  for (const declared of definition.columns) {
    const column = actual.get(nodeKey(declared.name));
    actual.delete(nodeKey(declared.name));
    if (column === undefined) {
      found.push(
        diagnostic(
          'column-contract',
          `the header declares '${declared.name} ${declared.type}', the query has no such column`,
          {
            location: declared.location,
            hint:
              didYouMean(
                declared.name,
                columns.map((c) => c.name),
              ) ?? 'Add it to the query, or take it out of columns (…).',
          },
        ),
      );
    } else if (normalType(column.type) !== normalType(declared.type)) {
      found.push(
        diagnostic(
          'column-contract',
          `the header declares '${declared.name} ${declared.type}', the query gives ${column.type}`,
          {
            location: declared.location,
            hint: `Cast it in the query, or declare ${column.type}.`,
            notes: note(column.name),
          },
        ),
      );
    }
  }
  for (const extra of actual.values()) {
    found.push(
      diagnostic(
        'column-contract',
        `the query gives '${extra.name} ${extra.type}', the header does not declare it`,
        {
          location: placeOf(extra.name) ?? definition.nameLocation,
          hint: 'Add it to columns (…), or leave it out of the query.',
        },
      ),
    );
  }
  return found;
}

function timeColumn(
  definition: ModelDefinition,
  columns: readonly Column[],
  unit: string,
): readonly Diagnostic[] {
  const { kind } = definition;
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE') return [];
  const column = columns.find((c) => nodeKey(c.name) === nodeKey(kind.timeColumn));
  if (column === undefined) {
    return [
      diagnostic(
        'unknown-time-column',
        `the query has no column '${kind.timeColumn}' to tell the time of a row`,
        {
          location: kind.timeColumnLocation,
          hint: `Its columns are ${columns.map((c) => c.name).join(', ')}.`,
        },
      ),
    ];
  }
  const isDate = column.type === 'DATE';
  if (isDate && !['day', 'month', 'year'].includes(unit)) {
    return [
      diagnostic(
        'invalid-time-column',
        `'${kind.timeColumn}' is a DATE, but the model is computed by ${unit.replace('_', ' ')}`,
        {
          location: kind.timeColumnLocation,
          hint: 'Use a TIMESTAMP column, or a daily cron.',
        },
      ),
    ];
  }
  if (isDate || column.type.startsWith('TIMESTAMP') || kind.timeFormat !== undefined) return [];
  return [
    diagnostic('invalid-time-column', `'${kind.timeColumn}' is ${column.type}, not a DATE or TIMESTAMP`, {
      location: kind.timeColumnLocation,
      hint: "Cast it in the query, or say how it is written: time_column (name, '%Y-%m-%d').",
    }),
  ];
}
