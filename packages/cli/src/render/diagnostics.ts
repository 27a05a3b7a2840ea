import type { Diagnostic, Location, Severity } from '@sluice/core';
import { cellWidth, graphemes, visible, visibleLines } from './cells.ts';
import { paint, type Style } from './style.ts';
import { count } from './words.ts';

const TAB = 4;

/** Diagnostics as rustc shows them, each with its source line and a caret, and how many there were at the end. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: Style): string {
  if (diagnostics.length === 0) return '';
  const blocks = diagnostics.map((d) => renderDiagnostic(d, style));
  return `${blocks.join('\n')}\n${countLine(diagnostics, style)}`;
}

function renderDiagnostic(d: Diagnostic, style: Style): string {
  const p = paint(style);
  const color = severityColor(d.severity, style);
  const placed = d.notes.filter((n) => n.location !== undefined);
  const gutter = String(Math.max(d.location?.line ?? 0, ...placed.map((n) => n.location?.line ?? 0))).length;
  const lines = [`${color(`${d.severity}[${d.code}]`)}${p.bold(`: ${visibleLines(d.message)}`)}`];
  if (d.location !== undefined) lines.push(...place(d.location, gutter, style, color));
  const margin = d.location === undefined ? '  ' : `${' '.repeat(gutter + 1)}`;
  const remark = (word: string, text: string): string => {
    const lead = `${margin}= ${word}: `;
    const [first = '', ...more] = visibleLines(text).split('\n');
    return [
      `${margin}${p.blue('=')} ${p.bold(word)}: ${first}`,
      ...more.map((m) => ' '.repeat(lead.length) + m),
    ].join('\n');
  };
  for (const note of d.notes) {
    if (note.location === undefined) lines.push(remark('note', note.message));
  }
  if (d.hint !== undefined) lines.push(remark('help', d.hint));
  for (const note of placed) {
    if (note.location === undefined) continue;
    lines.push(`${p.cyan('note')}${p.bold(`: ${visibleLines(note.message)}`)}`);
    lines.push(...place(note.location, gutter, style, p.cyan));
  }
  return `${lines.join('\n')}\n`;
}

/** `  --> file:line:column`, the source line and the caret. */
function place(at: Location, gutter: number, style: Style, color: (text: string) => string): string[] {
  const p = paint(style);
  const bar = p.blue('|');
  const margin = ' '.repeat(gutter);
  const arrow = `${margin}${p.blue('-->')} ${visible(at.path)}:${at.line}:${at.column}`;
  if (at.lineText.trim() === '') return [arrow];
  const from = at.column - 1;
  const to = at.endLine > at.line ? at.lineText.length : at.endColumn - 1;
  const laid = window(layOut(at.lineText, from, to), style.width - gutter - 3);
  return [
    arrow,
    `${margin} ${bar}`,
    `${p.blue(String(at.line).padStart(gutter))} ${bar} ${laid.text}`,
    `${margin} ${bar} ${' '.repeat(laid.start)}${color('^'.repeat(Math.max(1, laid.length)))}`,
  ];
}

interface LaidOut {
  readonly text: string;
  /** In cells. */
  readonly start: number;
  readonly length: number;
}

/** A source line as it is shown, and where in it, counted in cells, a range of UTF-16 units stands. */
function layOut(line: string, from: number, to: number): LaidOut {
  let text = '';
  let cells = 0;
  let start: number | undefined;
  let end: number | undefined;
  let offset = 0;
  for (const grapheme of graphemes(line)) {
    if (offset + grapheme.length > from) start ??= cells;
    if (offset >= to) end ??= cells;
    const shown = grapheme === '\t' ? ' '.repeat(TAB - (cells % TAB)) : visible(grapheme);
    text += shown;
    cells += cellWidth(shown);
    offset += grapheme.length;
  }
  start ??= cells;
  return { text, start, length: Math.max(0, (end ?? cells) - start) };
}

/** Cuts a long line so that the caret stays in sight. */
function window(laid: LaidOut, width: number): LaidOut {
  if (cellWidth(laid.text) <= width || width < 20) return laid;
  const left = Math.max(0, Math.min(laid.start - Math.floor(width / 4), cellWidth(laid.text) - width));
  const right = left + width;
  let text = '';
  let cells = 0;
  for (const grapheme of graphemes(laid.text)) {
    const next = cells + cellWidth(grapheme);
    // One cell on either side is for the ellipsis.
    if (cells >= (left > 0 ? left + 1 : 0) && next <= right - 1) text += grapheme;
    cells = next;
  }
  const cutLeft = left > 0;
  return {
    text: `${cutLeft ? '…' : ''}${text}${right < cells ? '…' : ''}`,
    start: laid.start - left,
    length: Math.max(0, Math.min(laid.length, right - 1 - laid.start)),
  };
}

function severityColor(severity: Severity, style: Style): (text: string) => string {
  const p = paint(style);
  switch (severity) {
    case 'error':
      return (text) => p.bold(p.red(text));
    case 'warning':
      return (text) => p.bold(p.yellow(text));
    case 'info':
      return (text) => p.bold(p.blue(text));
    default:
      return severity satisfies never;
  }
}

/** `2 errors, 1 warning`. */
function countLine(diagnostics: readonly Diagnostic[], style: Style): string {
  const p = paint(style);
  const of = (severity: Severity): number => diagnostics.filter((d) => d.severity === severity).length;
  const [errors, warnings, infos] = [of('error'), of('warning'), of('info')];
  const parts = [
    ...(errors > 0 ? [p.red(count(errors, 'error'))] : []),
    ...(warnings > 0 ? [p.yellow(count(warnings, 'warning'))] : []),
    ...(infos > 0 ? [p.blue(count(infos, 'remark'))] : []),
  ];
  return `${parts.join(', ')}\n`;
}
