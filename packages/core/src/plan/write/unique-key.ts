import type { MatchedClause, UniqueKeyKind } from '../../model/index.ts';
import { ident, tableIdent } from '../../sql/quote.ts';
import { checkKeys, sameKey } from './keys.ts';
import { writing, type Step } from './step.ts';
import { BATCH, createTable, DROP_BATCH, stageBatch, written, type Target } from './target.ts';

/** Rows whose key is there replace what stands, the others are added; keys that did not come stay as they are. */
export function writeUniqueKey(target: Target, kind: UniqueKeyKind): readonly Step[] {
  const columns = written(target);
  const table = tableIdent(target.table);
  if (target.fresh) {
    return [
      createTable(target.table, target.columns),
      writing(
        `INSERT INTO ${table} (${columns.join(', ')})\nSELECT ${columns.join(', ')} FROM (\n${target.query}\n) AS "rows"`,
      ),
      checkKeys(target, kind.uniqueKey, table, 'query'),
    ];
  }
  const filter = kind.mergeFilter === undefined ? '' : ` AND (${kind.mergeFilter.text})`;
  const set = columns.map((c) => `${c} = source.${c}`).join(', ');
  const clauses = kind.whenMatched ?? [{ condition: undefined, action: { kind: 'update-all' } }];
  return [
    stageBatch(target),
    checkKeys(target, kind.uniqueKey, BATCH, 'query'),
    writing(
      `MERGE INTO ${table} AS target USING ${BATCH} AS source\nON ${sameKey(target, kind.uniqueKey)}${filter}\n` +
        `${clauses.map((c) => matched(c, set)).join('\n')}\n` +
        `WHEN NOT MATCHED THEN INSERT (${columns.join(', ')}) VALUES (${columns.map((c) => `source.${c}`).join(', ')})`,
    ),
    ...(filter === '' ? [] : [checkKeys(target, kind.uniqueKey, table, 'merge_filter')]),
    DROP_BATCH,
  ];
}

function matched({ condition, action }: MatchedClause, all: string): string {
  const when = `WHEN MATCHED${condition === undefined ? '' : ` AND (${condition.text})`} THEN`;
  switch (action.kind) {
    case 'update':
      return `${when} UPDATE SET ${action.set.map((a) => `${ident(a.column.name)} = ${a.value.text}`).join(', ')}`;
    case 'update-all':
      return `${when} UPDATE SET ${all}`;
    case 'delete':
      return `${when} DELETE`;
    case 'nothing':
      return `${when} DO NOTHING`;
    default:
      return action satisfies never;
  }
}
