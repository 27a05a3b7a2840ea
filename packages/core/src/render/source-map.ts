import type { Location, SourceText } from '../diagnostic/index.ts';

/** A run of generated text. `copied` runs map character by character, `made` runs map as a whole to what made them. */
export interface MapSegment {
  readonly start: number;
  readonly kind: 'copied' | 'made';
  /** Where it comes from: offsets in the author's file. */
  readonly source: SourceText;
  readonly from: number;
  readonly to: number;
}

/** From offsets in rendered SQL back to the author's file. */
export class SourceMap {
  readonly #segments: readonly MapSegment[];
  readonly #length: number;

  /** Segments in order of `start`, covering the text from 0. */
  constructor(segments: readonly MapSegment[], length: number) {
    this.#segments = segments;
    this.#length = length;
  }

  /** The author's place for a half-open range of the rendered text. */
  locate(start: number, end: number = start): Location | undefined {
    const first = this.#at(Math.min(start, Math.max(0, this.#length - 1)));
    if (first === undefined) return undefined;
    const from =
      first.kind === 'copied' ? Math.min(first.from + (start - first.start), first.to) : first.from;
    const last = end > start ? this.#at(end - 1) : first;
    if (last === undefined || last.source !== first.source) return first.source.locate(from, first.to);
    const to = last.kind === 'copied' ? Math.min(last.from + (end - last.start), last.to) : last.to;
    return first.source.locate(from, Math.max(from, end > start || first.kind === 'made' ? to : from));
  }

  /** Whether a macro wrote what stands at an offset of the rendered text. */
  isMade(offset: number): boolean {
    return this.#at(offset)?.kind === 'made';
  }

  #at(offset: number): MapSegment | undefined {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#segments[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#segments[low];
  }
}
