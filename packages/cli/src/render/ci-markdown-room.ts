import type { CiCheckDocument } from '@sluice/core';
import { number } from './words.ts';

/** How much of everything is shown. */
export interface Room {
  /** Lines of a table, names of a list. */
  readonly items: number;
  readonly samples: number;
  /** Columns of a sample. */
  readonly columns: number;
  /** Of a name, a value, a message. */
  readonly characters: number;
}

export const MARKS: Readonly<Record<CiCheckDocument['status'], string>> = {
  passed: '✅',
  warned: '⚠️',
  failed: '❌',
  skipped: '➖',
};

/** The beginning of a text that is too long; never half a letter. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** What is shown of a list, and a line of Markdown that says how many are not. */
export function shown<T>(
  all: readonly T[],
  most: number,
): { readonly items: readonly T[]; readonly more: string } {
  const items = all.slice(0, most);
  const rest = all.length - items.length;
  return { items, more: rest > 0 ? `\n… and ${number(rest)} more.\n` : '' };
}

/** A part that is opened by a click; empty when there is nothing in it. */
export function fold(title: string, text: string): string {
  return text === '' ? '' : `<details><summary>${title}</summary>\n\n${text}\n</details>\n`;
}
