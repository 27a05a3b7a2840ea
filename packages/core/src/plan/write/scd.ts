import type { ScdByColumnKind, ScdByTimeKind } from '../../model/index.ts';
import { kindColumns } from '../../compile/kind-columns.ts';
import { ident, tableIdent } from '../../sql/quote.ts';
import { checkKeys, keyOf, sameKey } from './keys.ts';
import { preparing, writing, type Step } from './step.ts';
import { BATCH, createTable, DROP_BATCH, stageBatch, written, type Target } from './target.ts';
import { timeLiteral } from './time-literal.ts';

type ScdKind = ScdByTimeKind | ScdByColumnKind;

const CHANGES = 'temp.sluice_changes';

/**
 * One row for each version of a key. The query tells how things are now: a key that is new begins a row, one that changed
 * ends its row and begins another, one that is gone ends its row where `invalidate_hard_deletes` says so. Versions of a key
 * never overlap and never end before they begin, whatever the clocks of the sources say.
 */
export function writeScd(target: Target, kind: ScdKind): readonly Step[] {
  const table = tableIdent(target.table);
  const from = ident(kind.validFrom);
  const to = ident(kind.validTo);
  const added = new Set(kindColumns(kind).map((c) => c.name.toLowerCase()));
  const columns = written(target).filter(
    (c) => !added.has(c.slice(1, -1).replaceAll('""', '"').toLowerCase()),
  );
  const list = columns.join(', ');
  const when = timesOf(target, kind, columns);
  const stage = [stageBatch(target), checkKeys(target, kind.uniqueKey, BATCH, 'query')];
  if (target.fresh) {
    return [
      ...stage,
      createTable(target.table, target.columns),
      writing(
        `INSERT INTO ${table} (${list}, ${from}, ${to})\nSELECT ${list}, ${when.first}, NULL FROM ${BATCH} AS source`,
      ),
      DROP_BATCH,
    ];
  }
  const same = sameKey(target, kind.uniqueKey);
  const ended = keyOf(target, kind.uniqueKey, 'target').map((k, i) => `${k} AS key${i}`);
  const back = keyOf(target, kind.uniqueKey, 'source').map(
    (k, i) => `${k} IS NOT DISTINCT FROM ended.key${i}`,
  );
  return [
    ...stage,
    preparing(
      `CREATE OR REPLACE TEMPORARY TABLE sluice_changes AS\n` +
        `SELECT ${columns.map((c) => `source.${c}`).join(', ')}, target.${from} IS NOT NULL AS _sluice_replaces,\n` +
        `CASE WHEN target.${from} IS NOT NULL THEN greatest(${when.changed}, target.${from})` +
        ` WHEN ended.until IS NOT NULL THEN greatest(${when.changed}, ended.until) ELSE ${when.first} END AS _sluice_at\n` +
        `FROM ${BATCH} AS source LEFT JOIN ${table} AS target ON target.${to} IS NULL AND ${same}\n` +
        `LEFT JOIN (SELECT ${ended.join(', ')}, max(${to}) AS until FROM ${table} AS target WHERE ${to} IS NOT NULL GROUP BY ALL) AS ended\n` +
        `ON ${back.join(' AND ')}\nWHERE target.${from} IS NULL OR (${when.differs})`,
    ),
    writing(
      `UPDATE ${table} AS target SET ${to} = source._sluice_at FROM ${CHANGES} AS source\n` +
        `WHERE target.${to} IS NULL AND source._sluice_replaces AND ${same}`,
    ),
    ...(kind.invalidateHardDeletes
      ? [
          writing(
            `UPDATE ${table} AS target SET ${to} = greatest(${when.now}, target.${from})\n` +
              `WHERE target.${to} IS NULL AND NOT EXISTS (SELECT 1 FROM ${BATCH} AS source WHERE ${same})`,
          ),
        ]
      : []),
    writing(
      `INSERT INTO ${table} (${list}, ${from}, ${to})\nSELECT ${list}, _sluice_at, NULL FROM ${CHANGES}`,
    ),
    preparing(`DROP TABLE ${CHANGES}`),
    DROP_BATCH,
  ];
}

/** SQL for when rows begin, and for whether a row of `source` differs from the standing one of `target`. */
function timesOf(
  target: Target,
  kind: ScdKind,
  columns: readonly string[],
): { readonly now: string; readonly first: string; readonly changed: string; readonly differs: string } {
  const type = kindColumns(kind)[0]?.type ?? kind.timeDataType;
  const literal = (at: number): string => timeLiteral(at, type, undefined).text;
  const now = literal(target.now);
  const ever = literal(0);
  if (kind.kind === 'SCD_TYPE_2_BY_COLUMN') {
    const key = new Set(kind.uniqueKey.map((k) => k.text.toLowerCase().replaceAll('"', '')));
    const compared =
      kind.columns === '*'
        ? columns.filter((c) => !key.has(c.slice(1, -1).toLowerCase()))
        : kind.columns.map((c) => ident(c.name));
    const differs = compared.map((c) => `source.${c} IS DISTINCT FROM target.${c}`).join(' OR ');
    // What comes later was not there before; of the first rows nobody knows since when they are.
    const later = `CASE WHEN EXISTS (FROM ${tableIdent(target.table)}) THEN ${now} ELSE ${ever} END`;
    const first = kind.executionTimeAsValidFrom ? now : target.fresh ? ever : later;
    return { now, first, changed: now, differs: differs === '' ? 'FALSE' : differs };
  }
  const updated = (alias: string): string => `CAST(${alias}.${ident(kind.updatedAt.name)} AS ${type})`;
  const changed = `coalesce(${updated('source')}, ${ever})`;
  return {
    now,
    first: kind.updatedAtAsValidFrom ? changed : ever,
    changed,
    differs: `${updated('source')} > ${updated('target')} OR (${updated('target')} IS NULL AND ${updated('source')} IS NOT NULL)`,
  };
}
