import type { ActionDocument, ActionKind, PlanDocument, ReasonCode } from '@sluice/core';
import { visible, visibleLines } from './cells.ts';
import { renderEstimate } from './estimate.ts';
import { instant, renderInterval } from './intervals.ts';
import { paint, textWidth, type Style } from './style.ts';
import { count, enumerate, nameList, wrapList } from './words.ts';

/** Actions of the same verdict and reasons that are shown one by one. */
const MOST_ALIKE = 12;
const MOST_INTERVALS = 3;

/** Reasons that lie in an input alone: such a model is listed, not explained. */
const UPSTREAM: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'upstream_column_changed',
  'upstream_rows_changed',
  'inputs_moved',
  'inputs_rebound',
]);

const ORDER = [
  'create',
  'rebuild',
  'evolve',
  'backfill',
  'reaudit',
  'reuse',
  'rebind',
  'drop',
] as const satisfies ActionKind[];

const SYMBOLS: Readonly<Record<ActionKind, string>> = {
  create: '+',
  rebuild: '~',
  evolve: '^',
  backfill: '>',
  reuse: '=',
  rebind: 'o',
  reaudit: '!',
  drop: '-',
};

/** A plan for people: a verdict and its reasons for what changed, names for what changes in consequence, counts. */
export function renderPlan(
  plan: PlanDocument,
  style: Style,
  options: { readonly explain?: boolean } = {},
): string {
  if (!hasChanges(plan) && plan.skipped.length === 0)
    return `${paint(style).green('✓')} ${visibleLines(plan.summary)}\n`;
  const explain = options.explain ?? false;
  // Of a restatement, each reader is shown with its intervals.
  const followed = new Set(plan.restatement?.readers);
  const direct = plan.actions.filter((a) => explain || followed.has(a.model) || !isIndirect(a));
  const blocks = groups(direct).flatMap((group) => renderGroup(group, style, explain));
  const folded = ORDER.flatMap((kind) => {
    const names = plan.actions
      .filter((a) => a.action === kind && !direct.includes(a))
      .map((a) => visible(a.model));
    return names.length === 0 ? [] : [consequence(kind, names, style)];
  });
  const spared = plan.spared.length === 0 ? [] : [sparedLine(plan.spared, style)];
  const restatement = plan.restatement === null ? [] : restatementLines(plan.restatement, style);
  const updates = renderUpdates(plan, style, explain);
  const before = renderAround('before', plan.before_all, style, explain);
  const after = renderAround('after', plan.after_all, style, explain);
  const left = leftLines(plan, style);
  const around = explain ? [] : [...updates, ...before, ...after];
  const tail = [
    ...folded,
    ...spared,
    ...left,
    ...skippedLines(plan, style),
    ...restatement.slice(1),
    ...around,
  ].join('\n');
  if (explain) {
    blocks.unshift(...before);
    blocks.push(...updates, ...after);
  }
  return [...restatement.slice(0, 1), ...blocks, ...(tail === '' ? [] : [tail]), footer(plan, style)]
    .map((b) => `${b}\n`)
    .join('\n');
}

/** Whether applying the plan would do anything. */
export function hasChanges(plan: PlanDocument): boolean {
  return plan.actions.length > 0 || plan.promotes;
}

function isIndirect(action: ActionDocument): boolean {
  return (
    action.losses.length === 0 &&
    action.reasons.length > 0 &&
    action.reasons.every((r) => UPSTREAM.has(r.code))
  );
}

/** Actions of the same verdict for the same reasons, in the order of the plan. */
function groups(actions: readonly ActionDocument[]): readonly (readonly ActionDocument[])[] {
  const found = new Map<string, ActionDocument[]>();
  for (const action of actions) {
    const key = [action.action, ...new Set(action.reasons.map((r) => r.code))].join(' ');
    const group = found.get(key);
    if (group === undefined) found.set(key, [action]);
    else group.push(action);
  }
  return [...found.values()].sort(([a], [b]) => rank(a) - rank(b));
}

function rank(action: ActionDocument | undefined): number {
  return action === undefined ? ORDER.length : ORDER.indexOf(action.action);
}

function renderGroup(group: readonly ActionDocument[], style: Style, explain: boolean): readonly string[] {
  const shown = explain ? group : group.slice(0, MOST_ALIKE);
  const blocks = shown.map((a) => renderAction(a, style, explain));
  const rest = group.length - shown.length;
  if (rest > 0) {
    const action = group[0]?.action ?? 'rebuild';
    blocks.push(
      `${verdictColor(action, style)(SYMBOLS[action])} ${paint(style).dim(`… and ${count(rest, `more to ${action}`, `more to ${action}`)} for the same reasons (use --json or --explain)`)}`,
    );
  }
  return blocks;
}

function renderAction(action: ActionDocument, style: Style, explain: boolean): string {
  const p = paint(style);
  const color = verdictColor(action.action, style);
  const verdict = `${color(`${SYMBOLS[action.action]} ${action.action}`)} ${p.bold(visible(action.model))}`;
  const lines = [`${verdict}  ${p.dim(action.kind)}`];
  const add = (text: string): void => void lines.push(`    ${text}`);
  for (const message of new Set(action.reasons.map((r) => r.message))) add(visible(message));
  for (const loss of action.losses) add(p.red(`! ${visible(loss.message)}${loss.final ? ', for good' : ''}`));
  const { added, removed, retyped } = action.columns;
  // All columns of a new table are new: nobody needs to be told.
  if (action.action !== 'create' || explain) {
    for (const c of added) add(`${p.green('+ ADD COLUMN')} ${columnName(c.name)} ${visible(c.type)}`);
  }
  for (const c of removed)
    add(`${p.red('- DROP COLUMN')} ${columnName(c.name)} ${p.dim(`-- ${visible(c.type)}`)}`);
  for (const c of retyped) {
    add(
      `${p.yellow('~ ALTER COLUMN')} ${columnName(c.name)} TYPE ${visible(c.to)} ${p.dim(`-- ${visible(c.from)}`)}`,
    );
  }
  const ranges = action.intervals.slice(0, explain ? undefined : MOST_INTERVALS).map(renderInterval);
  ranges.forEach((range, i) => {
    add(
      i === ranges.length - 1 && action.batches > 1
        ? `${range}${p.dim(`, in ${action.batches} batches`)}`
        : range,
    );
  });
  const more = action.intervals.length - ranges.length;
  if (more > 0) add(p.dim(`… and ${count(more, 'more range')}`));
  const estimate = renderEstimate(action.estimate);
  if (estimate !== undefined) add(p.dim(estimate));
  if (explain) {
    add(p.dim(`→ ${visible(action.physical)}`));
    lines.push(...statementLines(action.sql));
  }
  return lines.join('\n');
}

/** As SQL has it: in quotes where it is no plain word. */
function columnName(name: string): string {
  const text = visible(name);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

/** Statements for views: who has some, and with `explain` which. */
function renderUpdates(plan: PlanDocument, style: Style, explain: boolean): readonly string[] {
  const p = paint(style);
  if (plan.virtual_updates.length === 0) return [];
  const lead = '  statements run on the views of:';
  if (!explain) {
    const names = plan.virtual_updates.map((u) => visible(u.model));
    return [p.cyan(lead) + wrapList(`${lead} `, nameList(names), textWidth(style), 4).slice(lead.length)];
  }
  return plan.virtual_updates.map((u) =>
    [
      `${p.cyan('* on virtual update')} ${p.bold(visible(u.model))}`,
      `    ${p.dim(`→ ${visible(u.view)}`)}`,
      ...statementLines(u.sql),
    ].join('\n'),
  );
}

/** Statements of the project itself: how many, and with `explain` which. */
function renderAround(
  when: 'before' | 'after',
  statements: readonly string[],
  style: Style,
  explain: boolean,
): readonly string[] {
  if (statements.length === 0) return [];
  const p = paint(style);
  if (explain) return [[p.cyan(`* ${when}_all`), ...statementLines(statements)].join('\n')];
  return [p.cyan(`  ${count(statements.length, 'statement')} of the project ${when} all (${when}_all)`)];
}

/** Each statement after an empty line, indented, with its semicolon. */
function statementLines(statements: readonly string[]): readonly string[] {
  return statements.flatMap((statement) => {
    const text = visibleLines(statement).trimEnd();
    const lines = (text.endsWith(';') ? text : `${text};`).split('\n');
    return ['', ...lines.map((line) => (line === '' ? '' : `      ${line}`))];
  });
}

function consequence(kind: ActionKind, names: readonly string[], style: Style): string {
  const lead = `${SYMBOLS[kind]} ${kind} downstream:`;
  const text = wrapList(`${lead} `, nameList(names), textWidth(style), 4);
  return verdictColor(kind, style)(lead) + text.slice(lead.length);
}

function sparedLine(names: readonly string[], style: Style): string {
  const lead = '  spared, for nothing they read changes:';
  const text = wrapList(`${lead} `, nameList(names.map(visible)), textWidth(style), 4);
  return paint(style).green(lead) + text.slice(lead.length);
}

/** What has changed and is not part of a limited plan. */
function leftLines(plan: PlanDocument, style: Style): readonly string[] {
  const names = plan.selection?.left ?? [];
  if (names.length === 0) return [];
  const lead = '  changed, but not selected:';
  const text = wrapList(`${lead} `, nameList(names.map(visible)), textWidth(style), 4);
  return [paint(style).cyan(lead) + text.slice(lead.length)];
}

/** What is to be computed, and is not by this plan. */
function skippedLines(plan: PlanDocument, style: Style): readonly string[] {
  if (plan.skipped.length === 0) return [];
  const lead = '  not computed by this plan, but by the next:';
  const names = nameList(plan.skipped.map((s) => visible(s.model)));
  const text = wrapList(`${lead} `, names, textWidth(style), 4);
  return [paint(style).cyan(lead) + text.slice(lead.length)];
}

/** What is restated, for the top; then who keeps what it has. */
function restatementLines(made: NonNullable<PlanDocument['restatement']>, style: Style): readonly string[] {
  const p = paint(style);
  const range =
    made.start !== null && made.end !== null
      ? `, ${renderInterval({ start: made.start, end: made.end })}`
      : made.start !== null
        ? `, from ${instant(Date.parse(made.start))}`
        : made.end !== null
          ? `, until ${instant(Date.parse(made.end))}`
          : '';
  const readers =
    made.readers.length === 0
      ? 'no reader follows'
      : count(made.readers.length, 'reader follows', 'readers follow');
  const lead = '  spared, for they read nothing of what is restated:';
  const kept = made.kept.map((k) => `  ${p.bold(visible(k.model))} keeps its rows: ${k.reason}`);
  return [
    `${p.bold('Restates')} ${wrapList('Restates ', nameList(made.models.map(visible)), textWidth(style), 4).slice('Restates '.length)}${range}; ${readers}.`,
    ...kept,
    ...(made.spared.length === 0
      ? []
      : [
          p.green(lead) +
            wrapList(`${lead} `, nameList(made.spared.map(visible)), textWidth(style), 4).slice(lead.length),
        ]),
  ];
}

/** `Plan for prod: 1 to create, 2 to rebuild; 5 unchanged.` */
function footer(plan: PlanDocument, style: Style): string {
  const p = paint(style);
  const counts = ORDER.flatMap((kind) => {
    const n = plan.actions.filter((a) => a.action === kind).length;
    return n === 0 ? [] : [verdictColor(kind, style)(count(n, `to ${kind}`, `to ${kind}`))];
  });
  const idle = plan.promotes ? 'only its views change' : 'nothing to do';
  const todo = counts.length === 0 ? idle : enumerate(counts);
  const unchanged = plan.unchanged > 0 ? `; ${count(plan.unchanged, 'model')} unchanged` : '';
  const lossy = plan.actions.filter((a) => a.losses.length > 0).length;
  const losses = lossy === 0 ? '' : ` ${p.red(`${count(lossy, 'step is', 'steps are')} destructive (!).`)}`;
  const guess = renderEstimate(plan.estimate);
  const { unknown } = plan.estimate;
  const others = unknown === 0 ? '' : `, and ${count(unknown, 'model')} of unknown size`;
  const cost = guess === undefined ? '' : p.dim(`\nEstimated: ${guess} to write${others}.`);
  return `${p.bold(`Plan for ${plan.environment}:`)} ${todo}${unchanged}.${losses}${cost}`;
}

function verdictColor(kind: ActionKind, style: Style): (text: string) => string {
  const p = paint(style);
  switch (kind) {
    case 'create':
      return p.green;
    case 'rebuild':
    case 'evolve':
      return p.yellow;
    case 'backfill':
      return p.blue;
    case 'reuse':
    case 'rebind':
      return p.cyan;
    case 'reaudit':
      return p.magenta;
    case 'drop':
      return p.red;
    default:
      return kind satisfies never;
  }
}
