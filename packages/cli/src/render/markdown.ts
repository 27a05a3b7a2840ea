/** Markdown that no value of a table or name of a file can break out of. */

/** Text of the warehouse's or the author's inside a cell or a sentence. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/([\\`*_~[\]|@#])/g, String.raw`\$1`)
    .replaceAll(/\r?\n/g, ' ');
}

/** A name as code. In HTML, since backticks mean nothing within tags. */
export function code(name: string): string {
  const text = name
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;')
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
