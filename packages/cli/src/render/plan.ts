import type { ActionDocument, PlanDocument, ReasonCode } from '@sluice/core';
import { visible, visibleLines } from './cells.ts';
import { renderAction, type Detail } from './plan-action.ts';
import { renderAround, renderUpdates, renderViews } from './plan-around.ts';
import { renderPage } from './plan-page.ts';
import {
  auditLines,
  consequence,
  footer,
  leftLines,
  restatementLines,
  skippedLines,
  sparedLine,
} from './plan-tail.ts';
import { ORDER, SYMBOLS, verdictColor } from './plan-verdicts.ts';
import { paint, type Style } from './style.ts';
import { count } from './words.ts';

/** Actions of the same verdict and reasons that are shown one by one. */
const MOST_ALIKE = 12;

/** What has more lines, or more models that changed by themselves, is summed up on a page. */
const MOST_LINES = 80;
const MOST_CHANGED = 60;

/** Reasons that lie in an input alone: such a model is listed, not explained. */
const UPSTREAM: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'upstream_column_changed',
  'upstream_rows_changed',
  'inputs_moved',
  'inputs_rebound',
]);

/** A plan for people: a verdict and its reasons for what changed, names for what changes in consequence, counts. */
export function renderPlan(plan: PlanDocument, style: Style, options: Partial<Detail> = {}): string {
  if (!hasChanges(plan) && plan.skipped.length === 0)
    return `${paint(style).green('✓')} ${visibleLines(plan.summary)}\n`;
  const explain = options.explain ?? false;
  const detail: Detail = { explain, full: explain || (options.full ?? false) };
  const changed = plan.actions.filter((a) => !isIndirect(a)).length;
  if (!detail.full && changed > MOST_CHANGED) return renderPage(plan, style, isIndirect);
  const text = renderAll(plan, style, detail);
  return detail.full || text.split('\n').length <= MOST_LINES ? text : renderPage(plan, style, isIndirect);
}

function renderAll(plan: PlanDocument, style: Style, detail: Detail): string {
  const { explain, full } = detail;
  // Of a restatement, each reader is shown with its intervals.
  const followed = new Set(plan.restatement?.readers);
  const direct = plan.actions.filter((a) => explain || followed.has(a.model) || !isIndirect(a));
  const folded = ORDER.flatMap((kind) => {
    const names = plan.actions
      .filter((a) => a.action === kind && !direct.includes(a))
      .map((a) => visible(a.model));
    return names.length === 0 ? [] : [consequence(kind, names, style, full)];
  });
  const spared = plan.spared.length === 0 ? [] : [sparedLine(plan.spared, style, full)];
  const restatement = plan.restatement === null ? [] : restatementLines(plan.restatement, style);
  const before = renderAround('before', plan.before_all, style, explain);
  const audits = auditLines(plan, style, full);
  const updates = renderUpdates(plan, style, explain);
  const after = renderAround('after', plan.after_all, style, explain);
  const tail = [
    ...folded,
    ...spared,
    ...leftLines(plan, style),
    ...skippedLines(plan, style),
    ...restatement.slice(1),
    ...(explain ? [] : [...audits, ...updates, ...before, ...after]),
  ].join('\n');
  // Who asks for the SQL sees it in the order in which it is sent.
  const inOrder = (): readonly string[] => {
    const blocks = (isDrop: boolean): readonly string[] =>
      direct.filter((a) => (a.action === 'drop') === isDrop).map((a) => renderAction(a, style, detail));
    return [
      ...before,
      ...blocks(false),
      ...audits,
      ...blocks(true),
      ...renderViews(plan.views, style),
      ...updates,
      ...after,
    ];
  };
  const blocks = explain ? inOrder() : groups(direct).flatMap((group) => renderGroup(group, style, detail));
  return [...restatement.slice(0, 1), ...blocks, ...(tail === '' ? [] : [tail]), footer(plan, style)]
    .map((b) => `${b}\n`)
    .join('\n');
}

/** Whether applying the plan would do anything. */
export function hasChanges(plan: PlanDocument): boolean {
  return plan.actions.length > 0 || plan.promotes || plan.audits.length > 0;
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

function renderGroup(group: readonly ActionDocument[], style: Style, detail: Detail): readonly string[] {
  const shown = detail.full ? group : group.slice(0, MOST_ALIKE);
  const blocks = shown.map((a) => renderAction(a, style, detail));
  const rest = group.length - shown.length;
  if (rest > 0) {
    const action = group[0]?.action ?? 'rebuild';
    blocks.push(
      `${verdictColor(action, style)(SYMBOLS[action])} ${paint(style).dim(`… and ${count(rest, `more to ${action}`, `more to ${action}`)} for the same reasons (--full shows them)`)}`,
    );
  }
  return blocks;
}
