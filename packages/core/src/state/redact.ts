/**
 * What is kept of SQL and of error messages is read by more people than the statement was meant for. Texts in statements
 * that set up access are left out whole; elsewhere passwords in URLs and in `key=value` are.
 */
import { tokenize } from '../sql/tokens.ts';

const GIVES_ACCESS =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:create\s+(?:or\s+replace\s+)?(?:(?:persistent|temp|temporary)\s+)?secret|attach|set|pragma)\b/i;
const KEY =
  'password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|client_secret|key_id|session_token';
const KEY_VALUE = new RegExp(String.raw`\b(\w*(?:${KEY})\w*\s*=\s*)([^\s'"&;,)]+)`, 'gi');
const URL_PASSWORD = /(:\/\/[^\s/'":@]*:)[^\s/'"@]+@/g;
const NAMES_A_SECRET = new RegExp(String.raw`^\w*(?:${KEY})\w*$`, 'i');
const STARS = '***';

/** A statement without its secrets. */
export function redactSql(text: string): string {
  const all = GIVES_ACCESS.test(text);
  let out = '';
  /** The last word, as long as only operators followed it: `password := 'x'`. */
  let named = '';
  for (const token of tokenize(text)) {
    const part = text.slice(token.start, token.end);
    if (token.kind === 'string') {
      out += all || NAMES_A_SECRET.test(named) ? `'${STARS}'` : redactText(part);
      named = '';
      continue;
    }
    if (token.kind === 'comment') out += redactText(part);
    else out += part;
    if (token.kind === 'word' || token.kind === 'quoted') named = part.replaceAll('"', '');
    else if (token.kind === 'punctuation') named = '';
  }
  return out;
}

/** A message without the secrets it may quote. */
export function redactText(text: string): string {
  return text.replaceAll(URL_PASSWORD, `$1${STARS}@`).replaceAll(KEY_VALUE, `$1${STARS}`);
}
