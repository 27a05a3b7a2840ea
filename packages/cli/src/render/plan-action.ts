import type { ActionDocument } from '@sluice/core';
import { visible, visibleLines } from './cells.ts';
import { renderEstimate } from './estimate.ts';
import { renderInterval } from './intervals.ts';
import { SYMBOLS, verdictColor } from './plan-verdicts.ts';
import { paint, type Style } from './style.ts';
import { count } from './words.ts';

const MOST_INTERVALS = 3;

/** How much is said of an action: `explain` shows its SQL too. */
export interface Detail {
  readonly explain: boolean;
  /** Every model, interval and name. */
  readonly full: boolean;
}

/** What comes of the rows that the query of an audit finds. */
const AUDITS = {
  block: 'audit, which fails if it finds a row:',
  warn: 'audit, which warns if it finds a row:',
  quarantine: 'audit, which moves the rows that it finds to quarantine:',
} as const;

/** One action: its verdict, why, what becomes of its columns, what is computed. */
export function renderAction(action: ActionDocument, style: Style, { explain, full }: Detail): string {
  const p = paint(style);
  const color = verdictColor(action.action, style);
  const verdict = `${color(`${SYMBOLS[action.action]} ${action.action}`)} ${p.bold(visible(action.model))}`;
  // What is dropped has no kind any more.
  const lines = [action.kind === '' ? verdict : `${verdict}  ${p.dim(action.kind)}`];
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
  const ranges = action.intervals.slice(0, full ? undefined : MOST_INTERVALS).map(renderInterval);
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
    for (const statements of action.repeated_sql) lines.push(...statementLines(statements));
    const others = action.repeats - action.repeated_sql.length;
    if (others > 0 && action.sql.length > 0) {
      const what =
        action.batches > 1
          ? `${count(others, 'more batch', 'more batches')}: the same, each for the intervals that come next`
          : `${count(others, 'more interval')} in the same transaction: the same for each, in order`;
      lines.push('', p.dim(`      -- and ${what} (--full shows them)`));
    }
    for (const { call, severity, sql } of action.audit_sql) {
      lines.push(
        '',
        p.dim(`      -- ${AUDITS[severity]} ${visible(call)}`),
        ...statementLines([sql]).slice(1),
      );
    }
  }
  return lines.join('\n');
}

/** As SQL has it: in quotes where it is no plain word. */
export function columnName(name: string): string {
  const text = visible(name);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

/** Each statement after an empty line, indented, with its semicolon. */
export function statementLines(statements: readonly string[]): readonly string[] {
  return statements.flatMap((statement) => {
    const text = visibleLines(statement).trimEnd();
    const lines = (text.endsWith(';') ? text : `${text};`).split('\n');
    return ['', ...lines.map((line) => (line === '' ? '' : `      ${line}`))];
  });
}
