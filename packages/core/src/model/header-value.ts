/** Reads values of headers: what stands after a property's name, after `:=`, or in a list. */
import { stringValue } from '../sql/tokens.ts';
import type { HeaderValue } from './model-definition.ts';
import type { TokenRun } from './token-run.ts';

/**
 * The meaning of a value. `(a, b)`, `(a)` and `[a]` are lists; what is no literal, name or list is verbatim SQL, also as
 * an item of a list.
 */
export function parseHeaderValue(run: TokenRun, depth = 0): HeaderValue {
  const location = run.location;
  const literal = parseLiteral(run);
  if (literal !== undefined) return { ...literal, location };
  if (run.length > 0 && run.nameLength() === run.length) {
    const parts = run.nameParts(0, run.length);
    const ambiguous = parts.some((part) => part.includes('.'));
    return { kind: 'name', text: parts.join('.'), ...(ambiguous ? { parts } : {}), location };
  }
  const inner = run.inner();
  const tooDeep = depth >= DEEPEST_LIST;
  if (inner === undefined || tooDeep || inner.is(0, 'select') || inner.is(0, 'with') || inner.is(0, 'from')) {
    return { kind: 'sql', text: run.text, location };
  }
  return { kind: 'list', items: inner.items().map((item) => parseHeaderValue(item, depth + 1)), location };
}

/** Lists within lists; what is deeper is verbatim SQL. */
const DEEPEST_LIST = 20;

function parseLiteral(run: TokenRun): HeaderValue | undefined {
  const signed = run.length === 2 && (run.is(0, '-') || run.is(0, '+'));
  if (signed && run.kindAt(1) === 'number') {
    return { kind: 'number', text: `${run.is(0, '-') ? '-' : ''}${run.textAt(1)}` };
  }
  if (run.length !== 1) return undefined;
  switch (run.kindAt(0)) {
    case 'string':
      return { kind: 'string', text: stringValue(run.text) };
    case 'number':
      return { kind: 'number', text: run.text };
    case 'word': {
      const word = run.text.toLowerCase();
      return word === 'true' || word === 'false' ? { kind: 'boolean', value: word === 'true' } : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * How many tokens of a run make its first value: a literal, a name, `(...)`, `[...]`, `ARRAY[...]`, or a name with `(...)`. More tokens
 * than that mean a forgotten comma.
 */
export function valueLength(run: TokenRun): number {
  const name = run.nameLength();
  const isList = run.is(name, '[') && (name === 0 || (name === 1 && run.is(0, 'array')));
  if (run.is(name, '(') || isList) return run.groupEnd(name) ?? run.length;
  if (name > 0) return name;
  return run.is(0, '-') || run.is(0, '+') ? 2 : 1;
}
