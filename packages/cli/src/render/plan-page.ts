import type { ActionDocument, ActionKind, PlanDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { renderEstimate } from './estimate.ts';
import { columnName } from './plan-action.ts';
import { renderAround, renderUpdates } from './plan-around.ts';
import { WHY } from './plan-reasons.ts';
import { auditLines, footer, leftLines, restatementLines, skippedLines } from './plan-tail.ts';
import { SYMBOLS, verdictColor } from './plan-verdicts.ts';
import { paint, type Style } from './style.ts';
import { count, nameList, number } from './words.ts';

const MOST_LOSSES = 8;
const MOST_COSTS = 5;
const MOST_COLUMNS = 8;
const MOST_GROUPS = 10;
const MOST_NAMES = 3;
const MOST_COUNTS = 6;

/**
 * A plan that would be a scroll, on a page: what is lost, what costs most, which columns of models at the end of the graph
 * change, then why, by groups with counts. It says how many models it does not name.
 */
export function renderPage(
  plan: PlanDocument,
  style: Style,
  isIndirect: (action: ActionDocument) => boolean,
): string {
  const named = new Set<string>();
  const name = (action: ActionDocument): string => {
    named.add(action.model);
    return paint(style).bold(visible(action.model));
  };
  const blocks = [
    plan.restatement === null ? [] : restatementLines(plan.restatement, style).slice(0, 1),
    losses(plan, style, name),
    costs(plan, style, name),
    columns(plan, style, name),
    reasons(plan, style, name, isIndirect),
    tallies(plan, style),
    [
      ...leftLines(plan, style),
      ...skippedLines(plan, style),
      ...auditLines(plan, style, false),
      ...renderUpdates(plan, style, false),
      ...renderAround('before', plan.before_all, style, false),
      ...renderAround('after', plan.after_all, style, false),
    ],
  ].filter((lines) => lines.length > 0);
  const hidden = plan.actions.length - named.size;
  const rest =
    hidden === 0
      ? ''
      : `\n${paint(style).dim(`${number(hidden)} of ${count(plan.actions.length, 'model')} are not named here: sluice plan --full shows all, --explain with their SQL.`)}`;
  return [...blocks.map((lines) => lines.join('\n')), footer(plan, style) + rest]
    .map((b) => `${b}\n`)
    .join('\n');
}

type Name = (action: ActionDocument) => string;

/** A heading, the first lines, and how many more there are. */
function section(
  heading: string,
  all: readonly ActionDocument[],
  most: number,
  lines: (action: ActionDocument) => readonly string[],
  style: Style,
): readonly string[] {
  if (all.length === 0) return [];
  const more = all.length - most;
  return [
    heading,
    ...all.slice(0, most).flatMap((a) => lines(a).map((line) => `  ${line}`)),
    ...(more > 0 ? [`  ${paint(style).dim(`… and ${count(more, 'more model')}`)}`] : []),
  ];
}

/** What is gone for good first. */
function losses({ actions }: PlanDocument, style: Style, name: Name): readonly string[] {
  const p = paint(style);
  const lossy = actions.filter((a) => a.losses.length > 0).toSorted((a, b) => finals(b) - finals(a));
  return section(
    p.red(
      `Destructive: ${count(lossy.length, 'model loses', 'models lose')} what could not be computed again`,
    ),
    lossy,
    MOST_LOSSES,
    (a) =>
      a.losses.map((l) => `${p.red('!')} ${name(a)}: ${visible(l.message)}${l.final ? ', for good' : ''}`),
    style,
  );
}

function finals({ losses: all }: ActionDocument): number {
  return all.filter((l) => l.final).length;
}

/** What takes longest, or else is largest, as far as anybody can know. */
function costs({ actions }: PlanDocument, style: Style, name: Name): readonly string[] {
  const heavy = actions
    .filter((a) => renderEstimate(a.estimate) !== undefined)
    .toSorted(
      (a, b) =>
        (b.estimate?.seconds ?? 0) - (a.estimate?.seconds ?? 0) ||
        (b.estimate?.rows ?? 0) - (a.estimate?.rows ?? 0),
    );
  return section(
    paint(style).bold('Most to write'),
    heavy,
    MOST_COSTS,
    (a) => [
      `${signed(a.action, style)} ${name(a)}  ${paint(style).dim(`${a.kind}, ${renderEstimate(a.estimate) ?? ''}`)}`,
    ],
    style,
  );
}

/** Models that no model reads are read by people: what they find changed. */
function columns({ actions }: PlanDocument, style: Style, name: Name): readonly string[] {
  const p = paint(style);
  const ends = actions
    .filter((a) => a.readers === 0 && a.action !== 'create' && columnChanges(a).length > 0)
    .toSorted((a, b) => breaking(b) - breaking(a));
  return section(
    p.bold(`Columns change in ${count(ends.length, 'model')} that no other model reads`),
    ends,
    MOST_COLUMNS,
    (a) => [`${name(a)}: ${nameList(columnChanges(a), 5).join(', ')}`],
    style,
  );
}

function breaking({ columns: { removed, retyped } }: ActionDocument): number {
  return removed.length + retyped.length;
}

function columnChanges({ columns: { added, removed, retyped } }: ActionDocument): readonly string[] {
  return [
    ...removed.map((c) => `- ${columnName(c.name)}`),
    ...retyped.map((c) => `~ ${columnName(c.name)} ${visible(c.from)} → ${visible(c.to)}`),
    ...added.map((c) => `+ ${columnName(c.name)}`),
  ];
}

/** Groups of one verdict and one first reason, the largest first; those that only follow come last. */
function reasons(
  { actions }: PlanDocument,
  style: Style,
  name: Name,
  isIndirect: (action: ActionDocument) => boolean,
): readonly string[] {
  const p = paint(style);
  const groups = new Map<string, ActionDocument[]>();
  for (const action of actions) {
    const code = action.reasons[0]?.code;
    const key = isIndirect(action) ? `2 ${action.action}` : `1 ${action.action} ${code ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), action]);
  }
  const sorted = [...groups].toSorted(
    ([a, x], [b, y]) => a.charCodeAt(0) - b.charCodeAt(0) || y.length - x.length,
  );
  const lines = sorted.slice(0, MOST_GROUPS).map(([key, group]) => {
    const [first] = group;
    if (first === undefined) return '';
    const code = first.reasons[0]?.code;
    const why = key.startsWith('2') ? 'follow their inputs' : code === undefined ? '' : WHY[code];
    const names = group.slice(0, MOST_NAMES).map(name);
    const more = group.length > MOST_NAMES ? p.dim(` … and ${number(group.length - MOST_NAMES)} more`) : '';
    return `  ${signed(first.action, style)} ${number(group.length)} to ${first.action}, ${why}: ${names.join(', ')}${more}`;
  });
  const rest = sorted.slice(MOST_GROUPS);
  const left = rest.reduce((n, [, group]) => n + group.length, 0);
  const more =
    rest.length === 0
      ? []
      : [p.dim(`  … and ${count(left, 'model')} in ${count(rest.length, 'smaller group')}`)];
  return [p.bold('Why'), ...lines, ...more];
}

/** How many by kind, by schema and by tag; how many are spared. */
function tallies(plan: PlanDocument, style: Style): readonly string[] {
  const p = paint(style);
  const { actions, spared } = plan;
  const tally = (lead: string, keys: readonly string[]): readonly string[] => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    const sorted = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    const shown = sorted.slice(0, MOST_COUNTS).map(([key, n]) => `${visible(key)} ${number(n)}`);
    const more = sorted.length > MOST_COUNTS ? [`${number(sorted.length - MOST_COUNTS)} others`] : [];
    return sorted.length === 0 ? [] : [`${p.dim(lead)} ${[...shown, ...more].join(', ')}`];
  };
  return [
    ...tally(
      '  by kind:  ',
      actions.flatMap((a) => (a.kind === '' ? [] : [a.kind])),
    ),
    ...tally(
      '  by schema:',
      actions.map((a) => a.model.slice(0, a.model.indexOf('.'))),
    ),
    ...tally(
      '  by tag:   ',
      actions.flatMap((a) => a.tags),
    ),
    ...(spared.length === 0
      ? []
      : [p.green(`  spared, for nothing they read changes: ${count(spared.length, 'model')}`)]),
  ];
}

function signed(kind: ActionKind, style: Style): string {
  return verdictColor(kind, style)(SYMBOLS[kind]);
}
