import { significantTokens } from './tokens.ts';

/** A piece of SQL without what does not matter in it: comments, white space, the case of words. */
export function plainText(text: string): string {
  return significantTokens(text)
    .map((t) => {
      const piece = text.slice(t.start, t.end);
      return t.kind === 'word' ? piece.toLowerCase() : piece;
    })
    .join(' ');
}
