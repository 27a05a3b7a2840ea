import type { PlanDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { statementLines } from './plan-action.ts';
import { paint, textWidth, type Style } from './style.ts';
import { count, nameList, wrapList } from './words.ts';

/** How views are made, where it is known. */
export function renderViews(views: PlanDocument['views'], style: Style): readonly string[] {
  if (views === null) return [];
  const p = paint(style);
  const { sql, repeats } = views;
  const lines = [p.cyan('* views, all in one transaction'), ...statementLines(sql)];
  if (repeats > 0)
    lines.push(
      '',
      p.dim(`      -- and ${count(repeats, 'more view')}, made again as before (--full shows them)`),
    );
  return [lines.join('\n')];
}

/** Statements for views: who has some, and with `explain` which. */
export function renderUpdates(plan: PlanDocument, style: Style, explain: boolean): readonly string[] {
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
export function renderAround(
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
