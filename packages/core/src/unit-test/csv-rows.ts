/** CSV as rows of a test: small texts, every cell with its line, so that a value that does not fit is shown where it is. */
import type { Location, SourceText } from '../diagnostic/index.ts';
import type { Fixture, FixtureRow } from './unit-test.ts';

/** How the text is written. */
export interface CsvForm {
  readonly separator: string;
  readonly quote: string;
}

interface Field {
  readonly text: string;
  readonly quoted: boolean;
  readonly start: number;
  readonly end: number;
}

/** Where a stretch of the CSV text (UTF-16, half-open) stands in the author's file. */
type Locate = (start: number, end: number) => Location;

/** Rows under a header line. An empty field is NULL, `""` is an empty text; lines without any text are no rows. */
export function csvFixture(text: string, form: CsvForm, locate: Locate, location: Location): Fixture {
  const [header = [], ...lines] = records(text, form);
  const names = header.map((f) => ({ name: f.text.trim(), location: locate(f.start, f.end) }));
  const rows = lines.map((fields): FixtureRow => {
    const first = fields[0]?.start ?? 0;
    const place = locate(first, fields.at(-1)?.end ?? first);
    const cells = fields.map((field, i) => ({
      // A field too many has no column: an empty name is no column's.
      name: names[i]?.name ?? '',
      nameLocation: names[i] === undefined ? locate(field.start, field.end) : names[i].location,
      value: isNull(field)
        ? { kind: 'null' as const, location: locate(field.start, field.end) }
        : {
            kind: 'text' as const,
            text: field.text,
            scalar: field.text,
            location: locate(field.start, field.end),
          },
    }));
    return { location: place, cells };
  });
  return { kind: 'rows', rows, header: names, location };
}

/** A file's own places. */
export function inFile(source: SourceText): Locate {
  return (start, end) => source.locate(start, end);
}

/** Places of a text inside a YAML block (`|`): the same line of the block, from its indentation on. */
export function inBlock(source: SourceText, block: Location, text: string): Locate {
  const lines = source.text.slice(block.start, block.end).split('\n');
  const isBlock = /^[|>]/.test(lines[0] ?? '');
  return (start, end) => {
    if (!isBlock) return block;
    const at = text.slice(0, start).split('\n');
    const index = at.length;
    const line = lines[index];
    if (line === undefined) return block;
    const before = lines.slice(0, index).reduce((sum, l) => sum + l.length + 1, block.start);
    const indent = line.length - line.trimStart().length;
    const from = before + indent + (at.at(-1)?.length ?? 0);
    return source.locate(from, Math.min(from + (end - start), before + line.length));
  };
}

function isNull(field: Field): boolean {
  return field.text === '' && !field.quoted;
}

function records(text: string, { separator, quote }: CsvForm): readonly (readonly Field[])[] {
  const found: Field[][] = [];
  let record: Field[] = [];
  let at = 0;
  const endOfField = (from: number): number => {
    let end = from;
    while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++;
    return end;
  };
  while (at < text.length) {
    const start = at;
    let field: Field;
    if (text[at] === quote) {
      let value = '';
      at++;
      while (at < text.length && !(text[at] === quote && text[at + 1] !== quote)) {
        if (text[at] === quote) at++;
        value += text[at] ?? '';
        at++;
      }
      at = Math.min(at + 1, text.length);
      const end = endOfField(at);
      field = { text: value + text.slice(at, end), quoted: true, start, end };
    } else {
      const end = endOfField(at);
      field = { text: text.slice(at, end), quoted: false, start, end };
    }
    at = field.end;
    record.push(field);
    if (text[at] === separator) {
      at++;
      // A separator at the very end still opens a field.
      if (at === text.length) record.push({ text: '', quoted: false, start: at, end: at });
      else if (text[at] !== '\n' && text[at] !== '\r') continue;
      else record.push({ text: '', quoted: false, start: at, end: at });
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (record.some((f) => f.quoted || f.text !== '') || record.length > 1) found.push(record);
    record = [];
  }
  return found;
}
