/**
 * Text measured in terminal cells: a wide character takes two, a combining one none. All that stands in columns or
 * under a caret goes through here, and so does all text that others wrote, for a control character in a file must not
 * reach the terminal.
 */
const ASCII = /^[\x20-\x7e]*$/;
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
// oxlint-disable-next-line no-control-regex -- the same, once, without state
const HAS_CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

let segmenter: Intl.Segmenter | undefined;

/** What a reader sees as one character each. */
export function graphemes(text: string): readonly string[] {
  if (ASCII.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), (s) => s.segment);
}

/** Cells that a text takes; it must hold no control characters. */
export function cellWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemes(text)) width += graphemeWidth(grapheme);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (ASCII.test(grapheme)) return 1;
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) || grapheme.includes('\ufe0f') ? 2 : 1;
}

/** Fills up with spaces to a width in cells. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const missing = ' '.repeat(Math.max(0, width - cellWidth(text)));
  return align === 'left' ? text + missing : missing + text;
}

/** Cuts to a width in cells, with an ellipsis where something was cut. */
export function truncate(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    const next = graphemeWidth(grapheme);
    if (used + next > width - 1) break;
    cut += grapheme;
    used += next;
  }
  return `${cut}…`;
}

/** Makes control characters visible: a line break as `\n`, an escape as `\u001b`, marks of writing direction too. */
export function visible(text: string): string {
  if (!HAS_CONTROL.test(text)) return text;
  return text.replace(CONTROL, (c) => {
    if (c === '\n') return String.raw`\n`;
    if (c === '\r') return String.raw`\r`;
    if (c === '\t') return String.raw`\t`;
    return String.raw`\u` + c.charCodeAt(0).toString(16).padStart(4, '0');
  });
}

/** The same for text of several lines, which keeps its line breaks and tabs. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(visible).join('\t'))
    .join('\n');
}
