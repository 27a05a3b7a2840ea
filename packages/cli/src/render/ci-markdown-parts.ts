import type { AuditResultDocument, CiDocument, DiagnosticDocument } from '@sluice/core';
import { ciAudits } from './ci-junit.ts';
import { formatCell } from './cell-value.ts';
import { clip, fold, MARKS, shown, type Room } from './ci-markdown-room.ts';
import { standaloneRuns } from './ci-standalone.ts';
import { code, codeCell, escapeMarkdown, markdownTable } from './markdown.ts';
import { count, duration, number } from './words.ts';

/** Errors in sight, warnings folded. */
export function problemSection({ diagnostics }: CiDocument, room: Room): string {
  const errors = shown(
    diagnostics.filter((d) => d.severity === 'error'),
    room.items,
  );
  const warnings = diagnostics.filter((d) => d.severity === 'warning');
  const some = shown(warnings, room.items);
  const list = (ds: readonly DiagnosticDocument[]): string => ds.map((d) => problem(d, room)).join('');
  const text = `${list(errors.items)}${errors.more}`;
  return [
    ...(text === '' ? [] : [`### Errors\n\n${text}`]),
    ...(warnings.length === 0
      ? []
      : [fold(count(warnings.length, 'warning'), `${list(some.items)}${some.more}`)]),
  ].join('\n');
}

function problem(d: DiagnosticDocument, room: Room): string {
  const at = d.path === null ? '' : `${code(clip(`${d.path}:${d.line ?? 1}`, room.characters + 40))} `;
  return `- ${at}${escapeMarkdown(clip(d.message, room.characters + 100))} (${code(d.code)})\n`;
}

/** What merging does, and why; then which standalone audits it runs, and what they found in the build. */
export function planSection(document: CiDocument, room: Room): string {
  const { plan, base } = document;
  const standalone = standaloneTable(document, room);
  if (plan === null || (plan.actions.length === 0 && standalone === '')) return '';
  const { items, more } = shown(plan.actions, room.items);
  const table = markdownTable(
    ['model', 'action', 'why'],
    items.map((a) => {
      return [code(clip(a.model, room.characters)), a.action, whyOf(a.reasons, room)];
    }),
  );
  return fold(
    `Plan for ${code(base)}: ${count(plan.actions.length, 'model')} touched, ${number(plan.unchanged)} untouched${plan.audits.length === 0 ? '' : `, ${count(plan.audits.length, 'standalone audit')} to run`}`,
    [`${items.length === 0 ? '' : table}${more}`, standalone].filter((t) => t !== '').join('\n'),
  );
}

function standaloneTable(document: CiDocument, room: Room): string {
  const { items, more } = shown(standaloneRuns(document), room.items);
  const rows = items.map(({ planned, result, status }) => [
    MARKS[status],
    code(clip(planned.audit, room.characters)),
    planned.severity === 'warn' ? 'warns' : 'blocks',
    `${whyOf(planned.reasons, room)}`,
    result,
  ]);
  const table = rows.length === 0 ? '' : markdownTable(['', 'standalone audit', '', 'why', 'here'], rows);
  return `${table}${more}`;
}

function whyOf(all: readonly { readonly message: string }[], room: Room): string {
  const reasons = [...new Set(all.map((r) => r.message))];
  const why = reasons.slice(0, 3).map((r) => escapeMarkdown(clip(r, room.characters)));
  if (reasons.length > 3) why.push(`… and ${number(reasons.length - 3)} more`);
  return why.join('; ');
}

/** Those that did not pass with samples; the rest is a number. */
export function auditSection(document: CiDocument, room: Room): string {
  const audits = ciAudits(document);
  if (audits.length === 0) return '';
  const bad = audits.filter((a) => a.status !== 'passed').toSorted((a, b) => rank(a) - rank(b));
  const { items, more } = shown(bad, room.items);
  const table = markdownTable(
    ['', 'model', 'audit', 'failing rows', 'sample'],
    items.map((a) => [
      rank(a) === 0 ? '❌' : '⚠️',
      code(clip(a.model, room.characters)),
      codeCell(clip(a.call, room.characters)),
      `${number(a.failing_rows)}${a.rows_seen === null ? '' : ` of ${number(a.rows_seen)}`}`,
      sampleOf(a, room),
    ]),
  );
  const passed = audits.length - bad.length;
  const title = `Audits: ${number(passed)} of ${number(audits.length)} passed`;
  if (bad.length === 0) return `**${title}.**\n`;
  const text = `${items.length === 0 ? '' : table}${more}`;
  return bad.some((a) => rank(a) === 0) ? `### ${title}\n\n${text}` : fold(title, text);
}

function rank(a: AuditResultDocument): number {
  return a.status === 'error' || (a.status === 'failed' && a.severity !== 'warn') ? 0 : 1;
}

function sampleOf(a: AuditResultDocument, room: Room): string {
  const [first] = a.samples;
  if (first === undefined || room.samples === 0) return '';
  return Object.entries(first)
    .slice(0, Math.min(4, room.columns))
    .map(([k, v]) => `${code(clip(k, room.characters))} ${codeCell(clip(formatCell(v), room.characters))}`)
    .join(', ');
}

export function testSection({ tests }: CiDocument, room: Room): string {
  if (tests === null || tests.tests.length === 0) return '';
  const bad = tests.tests.filter((t) => t.status !== 'passed');
  const summary = `**Unit tests: ${number(tests.tests.length - bad.length)} of ${number(tests.tests.length)} passed.**\n`;
  if (bad.length === 0) return summary;
  const { items, more } = shown(bad, room.items);
  const lines = items.map((t) => {
    const rows = t.expectations.reduce((sum, e) => sum + e.different_rows, 0);
    const what = t.status === 'error' ? 'could not be run' : `${count(rows, 'row')} not as expected`;
    return `- ❌ ${code(clip(t.name, room.characters))} of ${code(clip(t.model, room.characters))}: ${what} (${code(clip(`${t.path}:${t.line}`, room.characters))})\n`;
  });
  return `${summary}\n${lines.join('')}${more}`;
}

/** Time and rows of what was built. */
export function buildSection({ build }: CiDocument, room: Room): string {
  const results = (build?.results ?? []).filter((r) => r.rows !== null || r.status !== 'done');
  if (build === null || results.length === 0) return '';
  const { items, more } = shown(
    results.toSorted((a, b) => b.seconds - a.seconds),
    room.items,
  );
  const rows = results.reduce((sum, r) => sum + (r.rows ?? 0), 0);
  const table = markdownTable(
    ['model', 'action', 'status', 'rows', 'time'],
    items.map((r) => [
      code(clip(r.model, room.characters)),
      r.action,
      r.status,
      r.rows === null ? '' : number(r.rows),
      duration(r.seconds),
    ]),
  );
  return fold(
    `Build: ${count(results.length, 'table')}, ${count(rows, 'row')}, ${duration(build.seconds)}`,
    `${items.length === 0 ? '' : table}${more}`,
  );
}
