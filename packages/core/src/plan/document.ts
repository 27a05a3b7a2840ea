import { hash } from 'node:crypto';
import {
  SCHEMA_VERSION,
  type ActionDocument,
  type EstimateDocument,
  type PlanDocument,
} from '../report/index.ts';
import { auditedRange } from './audited-range.ts';
import { ALL_TIME, isAllTime, isoInstant, type TimeRange } from '../time/index.ts';
import { VERSION } from '../version.ts';
import { totalOf } from './estimate.ts';
import { NO_COLUMN_CHANGES, reason } from './explain.ts';
import { removedLoss } from './losses.ts';
import type { Plan, PlannedNode, Work } from './planned.ts';
import { dropView, promotionSql, virtualUpdates } from './promotion.ts';
import type { SqlWriter } from './sql-writer.ts';

/**
 * What is said of the SQL besides the statements that write: that of audits and of views that change. `full`: also every batch, and views
 * that are made again as they are.
 */
export type Explain = 'short' | 'full';

/** A plan as the document that is shown, saved and compared. */
export async function toPlanDocument(
  plan: Plan,
  project: string,
  writer: SqlWriter,
  /** How the files of a source or a seed are loaded. */
  loadText: (planned: PlannedNode) => string | undefined,
  estimate: (planned: PlannedNode) => EstimateDocument | null = () => null,
  explain?: Explain,
): Promise<PlanDocument> {
  // All at once, so that their texts are parsed together.
  const readers = readersOf(plan);
  const actions: ActionDocument[] = await Promise.all(
    [...plan.nodes.values()].flatMap((n) =>
      n.action === undefined
        ? []
        : [
            toAction(n, n.action, writer, loadText, {
              estimate: estimate(n),
              readers: readers.get(n.node.name) ?? 0,
              explain,
            }),
          ],
    ),
  );
  for (const removed of plan.removed) {
    actions.push({
      model: removed.model,
      kind: '',
      tags: [],
      readers: 0,
      action: 'drop',
      reasons: [reason.removed(removed.declared)],
      losses: [removedLoss(removed)],
      columns: NO_COLUMN_CHANGES,
      intervals: [],
      batches: 0,
      estimate: null,
      version: '',
      physical: removed.key,
      audits: '',
      sql: removed.stands ? [dropView(removed)] : [],
      repeats: 0,
      repeated_sql: [],
      audit_sql: [],
    });
  }
  const files = [...plan.nodes.values()].flatMap((n) =>
    n.work?.kind === 'load'
      ? n.work.files.map((f) => ({ source: n.node.name, path: f.path, size: f.size, hash: f.hash }))
      : [],
  );
  const works = actions.length > 0 || plan.promotes || plan.audits.length > 0;
  const body: Omit<PlanDocument, 'digest'> = {
    schema_version: SCHEMA_VERSION,
    kind: 'plan',
    tool: VERSION,
    project,
    environment: plan.environment,
    sequence: plan.sequence,
    now: isoInstant(plan.now),
    start: plan.start === undefined ? null : isoInstant(plan.start),
    end: plan.end === undefined ? null : isoInstant(plan.end),
    options: plan.options,
    selection: plan.selection ?? null,
    restatement: toRestatement(plan.restatement),
    actions,
    skipped: [...plan.nodes.values()].flatMap(({ node, skipped }) =>
      skipped === undefined ? [] : [{ model: node.name, intervals: intervalsOf(skipped) }],
    ),
    estimate: totalOf(actions.map((a) => a.estimate)),
    unchanged: plan.unchanged,
    spared: plan.spared,
    promotes: plan.promotes,
    audits: await Promise.all(
      plan.audits.map(async ({ audit, reasons, seen }) => ({
        audit: audit.name,
        identity: audit.identity,
        severity: audit.audit.severity === 'warn' ? 'warn' : 'block',
        reads: audit.dependencies,
        reasons,
        writes_first: seen,
        sql: explain === undefined ? null : await writer.standalone(audit),
      })),
    ),
    views: explain === undefined || !plan.promotes ? null : toViews(plan, explain),
    virtual_updates: virtualUpdates(plan, writer).map((u) => ({
      model: u.model,
      view: `${u.view.schema}.${u.view.name}`,
      sql: u.sql,
    })),
    before_all: works ? writer.around('beforeAll').value.filter(isFilled) : [],
    after_all: works ? writer.around('afterAll').value.filter(isFilled) : [],
    files,
    summary: summarize(plan, actions),
  };
  return { ...body, digest: digestOf(body) };
}

/** Views that show what they showed are named only where all is to be said: there may be thousands. */
function toViews(plan: Plan, explain: Explain): PlanDocument['views'] {
  const { schemas, views } = promotionSql(plan);
  const told = explain === 'full' ? views : views.filter((v) => plan.repointed.has(v.model));
  return { sql: [...schemas, ...told.map((v) => v.sql)], repeats: views.length - told.length };
}

/** How many models read each. */
function readersOf({ nodes }: Plan): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of nodes.values())
    for (const input of node.dependencies) counts.set(input, (counts.get(input) ?? 0) + 1);
  return counts;
}

function toRestatement(made: Plan['restatement']): PlanDocument['restatement'] {
  if (made === undefined) return null;
  const { pending: _, start, end, ...rest } = made;
  return {
    ...rest,
    start: start === undefined ? null : isoInstant(start),
    end: end === undefined ? null : isoInstant(end),
  };
}

/** The hash over all of a plan but itself. */
export function digestOf(body: Omit<PlanDocument, 'digest'>): string {
  return hash('sha256', JSON.stringify(body), 'hex');
}

/** Macros may leave nothing of a statement. */
function isFilled(statement: string): boolean {
  return statement.trim() !== '';
}

/** Whether there is anything to do: a task, a view to move, or an audit of what stands. */
export function isEmpty(document: PlanDocument): boolean {
  return document.actions.length === 0 && !document.promotes && document.audits.length === 0;
}

async function toAction(
  planned: PlannedNode,
  action: NonNullable<PlannedNode['action']>,
  writer: SqlWriter,
  loadText: (planned: PlannedNode) => string | undefined,
  {
    estimate,
    readers,
    explain,
  }: Pick<ActionDocument, 'estimate' | 'readers'> & { readonly explain: Explain | undefined },
): Promise<ActionDocument> {
  const { node, work } = planned;
  const isAnew = work?.kind === 'intervals' && work.anew;
  const [first, ...others] = work?.kind === 'intervals' ? work.batches : [ALL_TIME];
  const writes = work !== undefined && work.kind !== 'audit' && work.kind !== 'load' && work.kind !== 'seed';
  const carry = planned.fresh ? planned.carry : undefined;
  const isFirst = (planned.fresh && carry === undefined) || isAnew;
  const task = writes && first !== undefined ? await writer.task(planned, first, isFirst) : [];
  const before = carry === undefined ? [] : writer.carry(planned, carry);
  const load = work?.kind === 'load' || work?.kind === 'seed' ? loadText(planned) : undefined;
  // In order, as they are sent: what they are made of is parsed once.
  const repeated: (readonly string[])[] = [];
  if (explain === 'full')
    for (const range of others) repeated.push((await writer.task(planned, range, false)).map((s) => s.sql));
  return {
    model: node.name,
    kind: node.node === 'source' ? 'SOURCE' : node.definition.kind.kind,
    tags: node.node === 'source' ? [] : node.definition.tags,
    readers,
    action: action.kind,
    reasons: action.reasons,
    losses: planned.losses,
    columns: action.columns,
    intervals: intervalsOf(work),
    batches: work === undefined ? 0 : work.kind === 'intervals' && !work.anew ? work.batches.length : 1,
    estimate,
    version: node.version,
    physical: planned.key,
    audits: node.node === 'source' ? '' : node.auditIdentity,
    sql: [...(load === undefined ? [] : [load]), ...[...before, ...task].map((s) => s.sql)],
    repeats: others.length,
    repeated_sql: repeated,
    audit_sql: explain === undefined ? [] : await toAuditSql(planned, writer),
  };
}

/** What its audits ask, of the first of its tasks. */
async function toAuditSql(planned: PlannedNode, writer: SqlWriter): Promise<ActionDocument['audit_sql']> {
  const { node, work, reaudit: reaudits } = planned;
  if (node.node === 'source' || work === undefined || work.kind === 'empty') return [];
  const batches = work.kind === 'intervals' ? work.batches : [];
  const ranges = work.kind === 'intervals' && work.anew ? batches : batches.slice(0, 1);
  const range = auditedRange(ranges, { reaudits, carries: planned.fresh && planned.carry !== undefined });
  return Promise.all(
    node.audits.map(async (bound) => {
      const { call, severity } = bound.audit;
      const sql =
        severity === 'quarantine'
          ? (await writer.divert(planned, bound, range)).rowIds
          : (await writer.audit(planned, bound, range)).bad;
      return { call: call.text, severity, sql };
    }),
  );
}

/** The ranges that are computed, but for whole tables. */
function intervalsOf(work: Work | undefined): ActionDocument['intervals'] {
  return rangesOf(work)
    .filter((r) => !isAllTime(r))
    .map((r) => ({ start: isoInstant(r.start), end: isoInstant(r.end) }));
}

/** The ranges of work, neighbouring batches joined. */
function rangesOf(work: Work | undefined): readonly TimeRange[] {
  if (work?.kind === 'load') return work.changed;
  if (work?.kind !== 'intervals') return [];
  const joined: { start: number; end: number }[] = [];
  for (const batch of work.batches) {
    const last = joined.at(-1);
    if (last?.end === batch.start) last.end = batch.end;
    else joined.push({ start: batch.start, end: batch.end });
  }
  return joined;
}

const VERBS: readonly (readonly [ActionDocument['action'], string])[] = [
  ['create', 'to create'],
  ['rebuild', 'to rebuild'],
  ['evolve', 'to evolve'],
  ['backfill', 'to bring up to date'],
  ['reuse', 'to reuse'],
  ['rebind', 'to rebind'],
  ['reaudit', 'to audit again'],
  ['drop', 'to drop'],
];

function summarize(plan: Plan, actions: readonly ActionDocument[]): string {
  const models = plan.unchanged === 1 ? '1 model is' : `${plan.unchanged} models are`;
  if (actions.length === 0 && !plan.promotes && plan.audits.length === 0)
    return `${skippedWords(plan) === '' ? `Nothing to do: ${models} up to date` : 'Nothing to do'} in ${plan.environment}.${skippedWords(plan)}${leftOut(plan)}`;
  const parts = VERBS.flatMap(([kind, verb]) => {
    const count = actions.filter((a) => a.action === kind).length;
    return count === 0 ? [] : [`${count} ${verb}`];
  });
  const audits = plan.audits.length;
  if (audits > 0) parts.push(`${audits} standalone ${audits === 1 ? 'audit' : 'audits'} to run`);
  if (plan.unchanged > 0) parts.push(`${plan.unchanged} unchanged`);
  const todo = parts.length === 0 ? 'views to be put back' : parts.join(', ');
  return `Plan for ${plan.environment}: ${todo}.${destructive(actions)}${skippedWords(plan)}${leftOut(plan)}`;
}

function destructive(actions: readonly ActionDocument[]): string {
  const count = actions.filter((a) => a.losses.length > 0).length;
  if (count === 0) return '';
  return count === 1 ? ' 1 of them is destructive.' : ` ${count} of them are destructive.`;
}

/** What a plan that computes no rows leaves to be computed. */
export function skippedWords({ nodes }: Plan): string {
  const count = [...nodes.values()].filter((n) => n.skipped !== undefined).length;
  if (count === 0) return '';
  return count === 1 ? ' 1 model has yet to be computed.' : ` ${count} models have yet to be computed.`;
}

function leftOut({ selection }: Plan): string {
  const count = selection?.left.length ?? 0;
  if (count === 0) return '';
  return count === 1 ? ' 1 changed model is not selected.' : ` ${count} changed models are not selected.`;
}
