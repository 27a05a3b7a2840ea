import { significantTokens } from '../sql/tokens.ts';
import { nameText, tokenText } from './fragment.ts';

/** The parts of `schema.name` or `name`; undefined for all else. */
export function nameParts(sql: string): readonly string[] | undefined {
  const tokens = significantTokens(sql);
  const texts = tokens.map((token) => tokenText(sql, token));
  const good = tokens.every((token, i) =>
    i % 2 === 0 ? token.kind === 'word' || token.kind === 'quoted' : texts[i] === '.',
  );
  if (!good || tokens.length % 2 === 0 || tokens.length > 3) return undefined;
  return texts.filter((_, i) => i % 2 === 0).map(nameText);
}
