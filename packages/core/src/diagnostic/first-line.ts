/** What an error says is wrong, in one line: DuckDB's go on with the text of the query. */
export function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
