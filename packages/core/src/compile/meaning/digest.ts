import { hash } from 'node:crypto';

/** Version of the rules below. A new number makes every meaning a new one; stored definitions are then versioned again. */
export const MEANING_SCHEME = 4;

/** 128 bits, as hex, of canonical JSON. */
export function digest(...parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify([MEANING_SCHEME, parts]), 'hex').slice(0, 32);
}

/** {@link digest} of an operator and a list of texts, the most frequent of all. */
export function digestCall(operator: string, operands: readonly string[]): string {
  return digestWritten(operator, operands.map(quoted).join());
}

/** {@link digestCall} of texts that are written as JSON already, a comma between any two. */
export function digestWritten(operator: string, operands: string): string {
  return hash('sha256', `[${MEANING_SCHEME},[${written(operator)},[${operands}]]]`, 'hex').slice(0, 32);
}

/**
 * As JSON writes a string. Digests, the most frequent, need no escapes; the others are few, and are written again and again. None
 * of such a length holds control characters: what is no digest is a constant, which is JSON itself.
 */
export function quoted(text: string): string {
  const isPlain = text.length === 32 && !text.includes('"') && !text.includes('\\');
  return isPlain ? `"${text}"` : written(text);
}

/**
 * Remembers a pure function's latest answers, by a text that lives long: looking one up costs a tenth of a digest. Nothing but
 * time depends on it.
 */
export function remembering<T>(make: (text: string) => T, most = 4_096): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const found = old.get(text) ?? make(text);
    if (young.size >= most) {
      old = young;
      young = new Map();
    }
    young.set(text, found);
    return found;
  };
}

const written = remembering((text) => JSON.stringify(text));
