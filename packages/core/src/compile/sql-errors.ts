import {
  diagnostic,
  didYouMean,
  type Diagnostic,
  type DiagnosticCode,
  type Location,
} from '../diagnostic/index.ts';
import { significantTokens } from '../sql/tokens.ts';
import type { BindError } from './binder.ts';
import { generatedNotes, type ErrorPlace } from './error-place.ts';

/**
 * DuckDB's complaints as Sluice's diagnostics: the same error, with a stable code, the author's place and a remedy.
 */
export function toDiagnostic(error: BindError, place: ErrorPlace): Diagnostic {
  const code = codeOf(error);
  return diagnostic(code, messageOf(error), {
    location: locationOf(error, place),
    hint: hintOf(error, code) ?? (code === 'syntax-error' ? keywordHint(error, place.text) : undefined),
    notes: error.position === undefined ? [] : generatedNotes(place, error.position),
  });
}

function codeOf(error: BindError): DiagnosticCode {
  const { message } = error;
  if (error.type === 'parser') return 'syntax-error';
  if (error.type === 'not implemented' && /only select/i.test(message)) return 'not-a-query';
  if (/duplicate alias/i.test(message)) return 'ambiguous-table';
  if (/^ambiguous (reference|column)|ambiguous reference to column/i.test(message)) return 'ambiguous-column';
  if (/referenced that exists in the SELECT clause/i.test(message)) return 'unknown-column';
  if (/referenced table ".*" not found|table with name .* does not exist/i.test(message))
    return 'unknown-table';
  if (error.subtype === 'COLUMN_NOT_FOUND') return 'unknown-column';
  if (
    /column .* (not found|does not exist)|does not have a column named|could not find key|column ".*" .* not found/i.test(
      message,
    )
  ) {
    return 'unknown-column';
  }
  if (/function with name .* does not exist|is not an aggregate function/i.test(message))
    return 'unknown-function';
  if (/ambiguous table|table ".*" is ambiguous/i.test(message)) return 'ambiguous-table';
  if (isTypeError(error)) return 'type-mismatch';
  return 'invalid-query';
}

function isTypeError(error: BindError): boolean {
  return (
    /conversion|mismatch|out of range|invalid type/i.test(error.type) ||
    /no function matches the given name and argument types|cannot (compare|mix|cast|combine)|could not (convert|choose)|type mismatch|unimplemented type for cast|no operator matches/i.test(
      error.message,
    )
  );
}

const CAST_ONE = 'Cast one side to the type of the other.';

/** A call that fits several functions of one name. */
const UNDECIDED = /could not choose a best candidate function for the function call "([^"]*)"/i;

/** What DuckDB calls unterminated. */
const UNCLOSED: Readonly<Record<string, string>> = {
  'quoted string': 'the text',
  'dollar-quoted string': 'the text in dollar quotes',
  'quoted identifier': 'the quoted name',
  '/* comment': 'the comment',
};

function messageOf(error: BindError): string {
  if (error.type === 'not implemented' && /only select/i.test(error.message)) {
    return 'a model is one SELECT';
  }
  const first = (error.message.split('\n', 1)[0] ?? error.message).replace(
    /^(Binder|Parser|Catalog|Conversion|Invalid Input|Not implemented|Mismatch Type|Out of Range) Error: /i,
    '',
  );
  const open = /^unterminated (quoted string|quoted identifier|dollar-quoted string|\/\* comment)/i.exec(
    first,
  )?.[1];
  if (open !== undefined) return `${UNCLOSED[open.toLowerCase()] ?? open} that begins here is not closed`;
  const missing = /function with name "?([^" ]+)"? does not exist/i.exec(error.message)?.[1];
  if (missing !== undefined) return `there is no function '${missing}'`;
  const unseen = /column "([^"]+)" referenced that exists in the SELECT clause/i.exec(first)?.[1];
  if (unseen !== undefined)
    return `there is no column '${unseen}' to read; an alias of the same SELECT cannot be read here`;
  const undecided = UNDECIDED.exec(first)?.[1];
  if (undecided !== undefined)
    return `the types do not tell which function is meant: ${undecided.replaceAll('_LITERAL', '')}`;
  const call = /^no function matches the given name and argument types '(.+)'/i.exec(first)?.[1];
  if (call !== undefined) return `no function takes these types: ${call.replaceAll('_LITERAL', '')}`;
  const types = /^cannot compare values of type (.+) and type (.+) - an explicit cast is required/i.exec(
    first,
  );
  if (types !== null)
    return `cannot compare ${types
      .slice(1)
      .map((type) => type.replace(/_LITERAL$/, ''))
      .join(' with ')}`;
  const column = /^referenced column "([^"]+)" not found/i.exec(first)?.[1];
  if (column !== undefined) return `there is no column '${column}'`;
  const lacking = /^(?:table|values list) "([^"]+)" does not have a column named "([^"]+)"/i.exec(first);
  if (lacking !== null) return `'${lacking[1]}' has no column '${lacking[2]}'`;
  const ambiguous = /^ambiguous reference to column name "([^"]+)" \(use: (.*)\)/i.exec(first);
  if (ambiguous !== null) {
    const choices = (ambiguous[2] ?? '').replaceAll('"', '');
    return `the column '${ambiguous[1]}' is ambiguous: ${choices}`;
  }
  return first.replace(/[.!]\s*$/, '');
}

function locationOf(error: BindError, place: ErrorPlace): Location {
  if (error.position === undefined) return place.fallback;
  const start = Math.min(error.position, place.text.length);
  return place.locate(start, wordEnd(place.text, start)) ?? place.fallback;
}

/** Words that queries are built of: misspelt, they are read as names, and the error comes a word later. */
const CLAUSES =
  'select from where group having order qualify window limit join left inner union with distinct on using by'.split(
    ' ',
  );

/** The word at the place of a syntax error or the one before it, where it is nearly one that belongs there. */
function keywordHint(error: BindError, text: string): string | undefined {
  const { position } = error;
  if (position === undefined) return undefined;
  const tokens = significantTokens(text);
  const at = tokens.findIndex((t) => t.start >= position);
  for (const i of at < 0 ? [tokens.length - 1] : [at - 1, at]) {
    const token = tokens[i];
    if (token?.kind !== 'word' || text[token.end] === '.' || text[token.start - 1] === '.') continue;
    const word = text.slice(token.start, token.end).toLowerCase();
    if (word.length < 4 || CLAUSES.includes(word)) continue;
    const meant = CLAUSES.find((clause) => clause.length > 3 && didYouMean(word, [clause]) !== undefined);
    if (meant !== undefined) return `Did you mean ${meant.toUpperCase()} instead of ${word.toUpperCase()}?`;
  }
  return undefined;
}

const WORD =
  /"(?:[^"]|"")*"(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*))*|[\p{L}_][\p{L}\p{N}_$]*(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*))*|'(?:[^']|'')*'|\d[\w.]*|\S/uy;

function wordEnd(text: string, start: number): number {
  WORD.lastIndex = start;
  const word = WORD.exec(text);
  return word === null ? start : start + word[0].length;
}

function hintOf(error: BindError, code: DiagnosticCode): string | undefined {
  if (error.candidates.length > 0) {
    const known = error.candidates
      .map((c) =>
        c
          .replaceAll('"', '')
          .replace(/^(candidate )?tables?:/i, '')
          .trim(),
      )
      .filter((c) => c !== '');
    if (code === 'unknown-column' || code === 'unknown-table') {
      const near = error.name === undefined ? undefined : didYouMean(error.name, known);
      const more = known.length > 8 ? ', …' : '';
      // DuckDB tells those that are most alike, not all there are.
      return (
        near ??
        `${code === 'unknown-table' ? 'Tables' : 'Columns'} here are, among others, ${known.slice(0, 8).join(', ')}${more}.`
      );
    }
    const few = error.candidates
      .slice(0, 3)
      .map((c) => `'${c.replace(/^main\./, '')}'`)
      .join(' or ');
    if (code !== 'type-mismatch') return `Did you mean ${few}?`;
    // The first of forty overloads of an operator are nobody's help.
    return /^\w/.test(error.candidates[0] ?? '') ? `It takes ${few}; cast what it is given.` : CAST_ONE;
  }
  const inMessage = /(?:Candidate (?:bindings|tables)|Candidates|Did you mean)[: ]+"?(.+?)"?\s*\??$/im.exec(
    error.message,
  )?.[1];
  if (inMessage !== undefined) {
    const names = inMessage
      .replace(/^tables?: /, '')
      .split('", "')
      .map((name) => `'${name.replaceAll('"', '').replace(/^main\./, '')}'`);
    return `Did you mean ${names.slice(0, 3).join(' or ')}?`;
  }
  switch (code) {
    case 'ambiguous-column':
      return 'Say which table the column is of: table.column.';
    case 'type-mismatch':
      return UNDECIDED.test(error.message) ? 'Cast the arguments to the types you mean.' : CAST_ONE;
    case 'not-a-query':
      return 'Write one SELECT; what is to run before or after goes into statements of its own around it.';
    default: {
      const more = error.message
        .split('\n')
        .slice(1)
        .map((l) => l.trim())
        .filter((l) => /\w/.test(l) && !/^LINE \d/.test(l));
      return more.length === 0 ? undefined : more.join(' ').slice(0, 400);
    }
  }
}
