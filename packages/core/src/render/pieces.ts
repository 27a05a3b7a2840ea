/** Generated text in pieces, each knowing where the author wrote it: what a source map is made of. */
import type { SourceText } from '../diagnostic/index.ts';
import { SourceMap, type MapSegment } from './source-map.ts';

/** A stretch of the author's file, as offsets. */
export interface Site {
  readonly from: number;
  readonly to: number;
}

/** Generated text. `copied`: character for character from `from`; `made`: as a whole by what stands in `from`..`to`. */
export interface Piece extends Site {
  readonly text: string;
  readonly kind: 'copied' | 'made';
}

export function made(text: string, site: Site): Piece {
  return { text, kind: 'made', from: site.from, to: site.to };
}

export function textOf(pieces: readonly Piece[]): string {
  return pieces.length === 1 ? (pieces[0]?.text ?? '') : pieces.map((piece) => piece.text).join('');
}

/** The pieces of a range of their text, without the spaces around it; each keeps its place. */
export function trimmed(
  pieces: readonly Piece[],
  text: string,
  start: number,
  end: number,
): readonly Piece[] {
  const whole = text.slice(start, end);
  const from = start + (whole.length - whole.trimStart().length);
  const to = from + whole.trim().length;
  const found: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const first = Math.max(from, at) - at;
    const last = Math.min(to, at + piece.text.length) - at;
    at += piece.text.length;
    if (first >= last) continue;
    const cut = piece.text.slice(first, last);
    found.push(
      piece.kind === 'made'
        ? made(cut, piece)
        : { ...piece, text: cut, from: piece.from + first, to: piece.from + last },
    );
  }
  return found;
}

/** Joins pieces to text and its map. */
export function join(
  pieces: readonly Piece[],
  source: SourceText,
): { readonly sql: string; readonly map: SourceMap } {
  const segments: MapSegment[] = [];
  let length = 0;
  for (const piece of pieces) {
    if (piece.text === '') continue;
    const last = segments.at(-1);
    if (last?.kind === 'copied' && piece.kind === 'copied' && last.to === piece.from) {
      segments[segments.length - 1] = { ...last, to: piece.to };
    } else segments.push({ start: length, kind: piece.kind, source, from: piece.from, to: piece.to });
    length += piece.text.length;
  }
  if (segments.length === 0) {
    const at = pieces[0]?.from ?? 0;
    segments.push({ start: 0, kind: 'copied', source, from: at, to: at });
  }
  return { sql: textOf(pieces), map: new SourceMap(segments, length) };
}
