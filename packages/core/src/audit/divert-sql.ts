/**
 * How an audit takes bad rows out of a table. It has to pick rows of the table itself, and to pick the same ones whenever and
 * in whatever batches the table is built: so it may not read other models, the clock, or anything that chance decides.
 */
import type { RenderContext } from '../render/index.ts';
import { ident, sql, raw } from '../sql/quote.ts';
import { identifierName, significantTokens } from '../sql/tokens.ts';
import { auditSql, type AuditScope } from './audit-sql.ts';
import type { ResolvedAudit } from './bind-audit.ts';
import { libraryAudit } from './library.ts';
import { Arguments, type BadRows } from './library/library-audit.ts';

/** Which rows of the scope's relation are bad: a query for one column of row ids. */
export function divertSql(
  audit: ResolvedAudit,
  scope: AuditScope,
  columns: readonly string[],
  context: RenderContext,
): { readonly rowIds: string; readonly strangers: string | undefined } {
  if (audit.definition === undefined) {
    const condition = audit.arguments.get('condition')?.sql;
    const where = [scope.where, condition].filter((c) => c !== undefined).map((c) => `(${c})`);
    const within = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
    const relation = `(SELECT rowid AS ${ROW_ID}, * FROM ${scope.relation}${within}) AS ${ident('audited')}`;
    const bad = badRows(audit, relation);
    const picked = bad?.kind === 'rows' ? `${bad.clause} ${bad.condition}` : 'WHERE false';
    return { rowIds: `SELECT ${ROW_ID} AS id FROM ${relation} ${picked}`, strangers: undefined };
  }
  const bad = auditSql(audit, scope, context).value?.sql ?? '';
  const packed = (of: string): string =>
    `struct_pack(${columns.map((c) => `${ident(c)} := ${of}.${ident(c)}`).join(', ')})`;
  const wanted = sql`SELECT ${raw(packed('bad'))} FROM (\n${raw(bad)}\n) AS bad`;
  const within = scope.where === undefined ? '' : ` AND (${scope.where})`;
  return {
    rowIds: `SELECT rowid AS id FROM ${scope.relation} AS held WHERE ${packed('held')} IN (${wanted})${within}`,
    strangers: `SELECT count(*) AS n FROM (\n${bad}\n) AS bad WHERE ${packed('bad')} NOT IN (SELECT ${packed('held')} FROM ${scope.relation} AS held WHERE true${within})`,
  };
}

const ROW_ID = ident('_sluice_rowid');

/** Whether a row's verdict depends on rows beside it: then it is asked for each interval by itself, however they are batched. */
export function looksAcrossRows(audit: ResolvedAudit): boolean {
  const bad = badRows(audit, MARK);
  return bad?.kind !== 'rows' || bad.clause === 'QUALIFY' || bad.condition.includes(MARK);
}

/**
 * Whether an audit may fail for rows that a sample lacks: it reports about the table, or asks which row comes next. One of the
 * project may ask anything.
 */
export function needsAllRows(audit: ResolvedAudit): boolean {
  const bad = badRows(audit, MARK);
  return bad?.kind !== 'rows' || bad.clause === 'QUALIFY';
}

/** Whether an audit groups all rows to find some: then it costs much the same to ask for these as to count them. */
export function groupsRows(audit: ResolvedAudit): boolean {
  const bad = badRows(audit, 'NULL', MARK);
  return bad?.kind === 'rows' && bad.condition.includes(MARK);
}

const MARK = '"the rows that are audited"';

/** Why an audit cannot divert, in the middle of a sentence; undefined when it can. */
export function divertProblem(audit: ResolvedAudit, text: string): string | undefined {
  const bad = badRows(audit, MARK);
  if (audit.definition === undefined && bad?.kind !== 'rows') return 'reports about the table as a whole';
  if (text.includes(COMPILE_YEAR)) return 'asks for the time, so that another run would divert other rows';
  const words = significantTokens(text).flatMap((t) =>
    t.kind === 'word' ? [identifierName(text.slice(t.start, t.end)).toLowerCase()] : [],
  );
  const fickle = words.find((w) => FICKLE.has(w));
  if (fickle !== undefined) return `calls ${fickle}, so that another run would divert other rows`;
  const given = [...audit.arguments.values()].map((a) => a.sql);
  const isNested = given.some((g) =>
    significantTokens(g).some((t) => /^(select|from)$/i.test(g.slice(t.start, t.end))),
  );
  if (audit.definition === undefined && isNested) return 'has a query in its arguments';
  return undefined;
}

/** Of the instants that stand for the clock and the interval at compile time. */
const COMPILE_YEAR = '2083-0';

const FICKLE: ReadonlySet<string> = new Set(
  (
    'now today current_date current_time current_timestamp get_current_timestamp get_current_time localtime localtimestamp ' +
    'current_localtime current_localtimestamp transaction_timestamp random setseed uuid gen_random_uuid uuidv4 uuidv7 ' +
    'nextval currval tablesample sample getvariable current_setting rowid'
  ).split(' '),
);

function badRows(audit: ResolvedAudit, relation: string, grouped = relation): BadRows | undefined {
  if (audit.definition !== undefined) return undefined;
  return libraryAudit(audit.name)?.bad(new Arguments(audit.arguments), {
    relation,
    grouped,
    now: 'NULL',
  });
}
