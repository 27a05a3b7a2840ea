/** How a file's records are written, as DuckDB read it. An empty text is none. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
}

/** The fields of one record, without their quotes; undefined when its quotes do not add up. */
export function splitCsvLine(text: string, dialect: CsvDialect): readonly string[] | undefined {
  const { delimiter, quote } = dialect;
  if (delimiter === '') return undefined;
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (quote !== '' && text.startsWith(quote, at)) {
      const field = quoted(text, at + quote.length, dialect);
      if (field === undefined) return undefined;
      fields.push(field.value);
      at = field.end;
      if (at === text.length) return fields;
      if (!text.startsWith(delimiter, at)) return undefined;
    } else {
      const end = text.indexOf(delimiter, at);
      fields.push(text.slice(at, end === -1 ? text.length : end));
      if (end === -1) return fields;
      at = end;
    }
    at += delimiter.length;
  }
}

function quoted(
  text: string,
  from: number,
  { quote, escape }: CsvDialect,
): { readonly value: string; readonly end: number } | undefined {
  let value = '';
  let at = from;
  while (at < text.length) {
    const escaped = escape === '' ? '' : text.slice(at + escape.length, at + escape.length + quote.length);
    if (escape !== '' && text.startsWith(escape, at) && (escaped === quote || escaped === escape)) {
      value += escaped;
      at += escape.length + escaped.length;
    } else if (text.startsWith(quote, at)) return { value, end: at + quote.length };
    else value += text.charAt(at++);
  }
  return undefined;
}
