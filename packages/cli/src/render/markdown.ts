/** Markdown that no value of a table or name of a file can break out of. */

/** Text of the warehouse's or the author's inside a cell or a sentence. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/([\\`*_~[\]|#])/g, String.raw`\$1`)
    .replaceAll(/\r?\n/g, ' ')
    .replaceAll(NOTICED, `$&${WORD_JOINER}`);
}

/** What forges look for in finished text, where escaping is forgotten: mentions, numbers of issues, addresses. */
const NOTICED = /@(?=\w)|#(?=\d)|\b(?:https?|ftp|mailto):|\bwww\./gi;
const WORD_JOINER = '\u2060';

/**
 * A value as code, literally what it is: in a span no character means anything, no address becomes a link and nobody is
 * mentioned. For cells of tables, where alone a bar has to be escaped.
 */
export function codeCell(text: string): string {
  const line = text.replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').replaceAll('|', String.raw`\|`);
  if (line.trim() === '') return line === '' ? "''" : `'${' '.repeat(line.length)}'`;
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // One space on both sides is taken away again where there is one on both.
  const pad = /^[ `]|[ `]$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A name as code. In HTML, since backticks mean nothing within tags. */
export function code(name: string): string {
  const text = name
    .replaceAll(NOTICED, `$&${WORD_JOINER}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;')
    .replaceAll(/[\\`*[\]~]|(?<!\w)_|_(?!\w)/g, (c) => `&#${c.charCodeAt(0)};`)
    .replaceAll(/\r?\n/g, ' ');
  return `<code>${text}</code>`;
}

/** A table of Markdown. Titles and cells are Markdown already: {@link escapeMarkdown}, {@link code}. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[line(titles), `|${titles.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')}\n`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
