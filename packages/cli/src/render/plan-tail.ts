/** What a plan says besides its actions: who follows, who is spared, what is left, and the sum of it. */
import type { ActionKind, PlanDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { renderEstimate } from './estimate.ts';
import { instant, renderInterval } from './intervals.ts';
import { statementLines } from './plan-action.ts';
import { ORDER, SYMBOLS, verdictColor } from './plan-verdicts.ts';
import { paint, textWidth, type Style } from './style.ts';
import { count, enumerate, nameList, wrapList } from './words.ts';

export function consequence(kind: ActionKind, names: readonly string[], style: Style, full: boolean): string {
  const lead = `${SYMBOLS[kind]} ${kind} downstream:`;
  const text = wrapList(`${lead} `, full ? names : nameList(names), textWidth(style), 4);
  return verdictColor(kind, style)(lead) + text.slice(lead.length);
}

export function sparedLine(models: readonly string[], style: Style, full: boolean): string {
  const names = models.map(visible);
  const lead = '  spared, for nothing they read changes:';
  const text = wrapList(`${lead} `, full ? names : nameList(names), textWidth(style), 4);
  return paint(style).green(lead) + text.slice(lead.length);
}

/** What has changed and is not part of a limited plan. */
export function leftLines(plan: PlanDocument, style: Style): readonly string[] {
  const names = plan.selection?.left ?? [];
  if (names.length === 0) return [];
  const lead = '  changed, but not selected:';
  const text = wrapList(`${lead} `, nameList(names.map(visible)), textWidth(style), 4);
  return [paint(style).cyan(lead) + text.slice(lead.length)];
}

/** What is to be computed, and is not by this plan. */
export function skippedLines(plan: PlanDocument, style: Style): readonly string[] {
  if (plan.skipped.length === 0) return [];
  const lead = '  not computed by this plan, but by the next:';
  const names = nameList(plan.skipped.map((s) => visible(s.model)));
  const text = wrapList(`${lead} `, names, textWidth(style), 4);
  return [paint(style).cyan(lead) + text.slice(lead.length)];
}

/** Standalone audits that run in the end, and why; what moved of what they read is named above. */
export function auditLines(plan: PlanDocument, style: Style, full: boolean): readonly string[] {
  if (plan.audits.length === 0) return [];
  if (full)
    return plan.audits.map(({ audit, severity, reasons, writes_first, sql }) => {
      const why = visible(reasons.map((r) => r.message).join('; '));
      const early = writes_first.length === 0 ? '' : `\n    ${SEEN} ${writes_first.map(visible).join(', ')}`;
      const told = `${paint(style).cyan('? standalone audit')} ${paint(style).bold(visible(audit))}${severity === 'warn' ? ' (warns)' : ''}: ${why}${early}`;
      return [told, ...(sql === null ? [] : statementLines([sql]))].join('\n');
    });
  const lead = '  standalone audits, before it is shown:';
  const names = nameList(plan.audits.map((a) => visible(a.audit)));
  const text = wrapList(`${lead} `, names, textWidth(style), 4);
  const early = [...new Set(plan.audits.flatMap((a) => a.writes_first))].map(visible);
  return [
    paint(style).cyan(lead) + text.slice(lead.length),
    ...(early.length === 0 ? [] : [wrapList(`    ${SEEN} `, nameList(early), textWidth(style), 6)]),
  ];
}

const SEEN = 'written in one transaction with them, for their tables are shown already:';

/** What is restated, for the top; then who keeps what it has. */
export function restatementLines(
  made: NonNullable<PlanDocument['restatement']>,
  style: Style,
): readonly string[] {
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
export function footer(plan: PlanDocument, style: Style): string {
  const p = paint(style);
  const counts = ORDER.flatMap((kind) => {
    const n = plan.actions.filter((a) => a.action === kind).length;
    return n === 0 ? [] : [verdictColor(kind, style)(count(n, `to ${kind}`, `to ${kind}`))];
  });
  const audits = plan.audits.length;
  if (audits > 0) counts.push(p.cyan(`${count(audits, 'standalone audit')} to run`));
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
