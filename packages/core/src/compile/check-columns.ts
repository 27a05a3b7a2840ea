/** What must hold of a model's columns, whatever its query says: names, the contract of its header, its time column. */
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { Compilation } from './compilation.ts';
import type { Column } from './compiled.ts';
import { nodeKey } from './names.ts';
import { normalType } from './normal-type.ts';

/** Duplicate names, the column contract, and the time column. */
export function checkColumns(
  c: Compilation,
  definition: ModelDefinition,
  columns: readonly Column[],
): boolean {
  const found: Diagnostic[] = [
    ...duplicates(definition, columns),
    ...contract(definition, columns),
    ...timeColumn(definition, columns, c.unit(definition)),
  ];
  if (found.length === 0) return true;
  c.broken.add(definition.name);
  c.tell(definition, ...found);
  return false;
}

function duplicates(definition: ModelDefinition, columns: readonly Column[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const twice = columns.filter((c) => seen.has(nodeKey(c.name)) || !seen.add(nodeKey(c.name)));
  return twice.map((c) =>
    diagnostic('duplicate-column', `the column '${c.name}' comes out twice`, {
      location: definition.nameLocation,
      hint: 'Give one of them another alias.',
    }),
  );
}

function contract(definition: ModelDefinition, columns: readonly Column[]): readonly Diagnostic[] {
  if (definition.columns === undefined) return [];
  const found: Diagnostic[] = [];
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
          location: definition.nameLocation,
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
