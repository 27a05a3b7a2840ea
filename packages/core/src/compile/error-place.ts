/** Where something is wrong: in the text that was parsed or bound, and in the author's file. */
import type { Location, Note } from '../diagnostic/index.ts';
import type { SourceMap } from '../render/index.ts';

export interface ErrorPlace {
  /** UTF-16 range in the text that was bound → the author's place. */
  readonly locate: (start: number, end: number) => Location | undefined;
  readonly text: string;
  /** Where to point when DuckDB names no position. */
  readonly fallback: Location;
  /** Whether a macro wrote what stands at an offset; absent: nothing is written by macros. */
  readonly isMade?: (offset: number) => boolean;
}

/** The place of a rendered text. */
export function renderedPlace(text: string, map: SourceMap | undefined, fallback: Location): ErrorPlace {
  if (map === undefined) return { text, fallback, locate: () => fallback };
  return {
    text,
    fallback,
    locate: (start, end) => map.locate(start, end),
    isMade: (offset) => map.isMade(offset),
  };
}

/** How much generated text is shown. */
const SHOWN = 72;

/** What a macro wrote at an offset, for the author has never seen it; none where the text is the author's own. */
export function generatedNotes(place: ErrorPlace, offset: number): readonly Note[] {
  if (place.isMade?.(offset) !== true) return [];
  const { text } = place;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  // As much after the place as before it, and all of a short line.
  const from = line.length <= SHOWN ? 0 : Math.max(0, offset - lineStart - SHOWN / 2);
  const cut = line.slice(from, from + SHOWN);
  const shown = `${from > 0 ? '…' : ''}${cut.trim()}${from + SHOWN < line.length ? '…' : ''}`;
  return [{ message: `in what the macros made: ${shown}` }];
}
