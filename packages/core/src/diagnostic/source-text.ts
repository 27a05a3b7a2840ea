/** A place in a file as people and editors count it: 1-based lines and 1-based columns in UTF-16 units. */
export interface Location {
  /** Path relative to the project folder, with `/`. */
  readonly path: string;
  /** UTF-16 offsets into the file, half-open. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The first line the location touches, for the caret. */
  readonly lineText: string;
}

/** A file's text with the arithmetic between offsets, lines and bytes. */
export class SourceText {
  readonly path: string;
  readonly text: string;
  #lineStarts: readonly number[] | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /** Half-open range of UTF-16 offsets → location. Offsets outside the text are clamped. */
  locate(start: number, end: number = start): Location {
    const from = clamp(start, this.text.length);
    const to = Math.max(from, clamp(end, this.text.length));
    const first = this.#lineAt(from);
    const last = this.#lineAt(to);
    const starts = this.#starts();
    const lineStart = starts[first] ?? 0;
    const nextStart = starts[first + 1];
    const lineText = this.text.slice(lineStart, nextStart === undefined ? undefined : nextStart - 1);
    return {
      path: this.path,
      start: from,
      end: to,
      line: first + 1,
      column: Math.max(1, from - lineStart + 1),
      endLine: last + 1,
      endColumn: Math.max(1, to - (starts[last] ?? 0) + 1),
      lineText: lineText.endsWith('\r') ? lineText.slice(0, -1) : lineText,
    };
  }

  #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      // No editor counts a byte order mark.
      const starts = [this.text.startsWith('\uFEFF') ? 1 : 0];
      for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) starts.push(i + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }

  #lineAt(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** A stretch of a text with something else in its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A file's text with some stretches replaced, whose places are those of the file itself. */
export class EditedText extends SourceText {
  readonly #original: SourceText;
  readonly #edits: readonly Edit[];

  /** Edits in order, not overlapping. */
  constructor(original: SourceText, edits: readonly Edit[]) {
    let text = '';
    let at = 0;
    for (const edit of edits) {
      text += original.text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    super(original.path, text + original.text.slice(at));
    this.#original = original;
    this.#edits = edits;
  }

  override locate(start: number, end: number = start): Location {
    return this.#original.locate(this.#originalOffset(start, 'start'), this.#originalOffset(end, 'end'));
  }

  /** Inside of what was put in, the stretch it stands for. */
  #originalOffset(offset: number, side: 'start' | 'end'): number {
    let shift = 0;
    for (const edit of this.#edits) {
      const from = edit.start + shift;
      const to = from + edit.text.length;
      if (offset < from || (offset === from && side === 'end')) break;
      if (offset < to || (offset === to && side === 'end')) return side === 'start' ? edit.start : edit.end;
      shift += edit.text.length - (edit.end - edit.start);
    }
    return offset - shift;
  }
}

/** DuckDB counts bytes of UTF-8, JavaScript counts UTF-16 units. */
export function byteToUtf16(text: string, byteOffset: number): number {
  let bytes = 0;
  let i = 0;
  while (i < text.length && bytes < byteOffset) {
    const code = text.codePointAt(i) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    i += code < 0x10000 ? 1 : 2;
  }
  return i;
}

function clamp(offset: number, length: number): number {
  return Math.max(0, Math.min(offset, length));
}
