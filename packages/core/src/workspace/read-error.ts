import { join } from 'node:path';

/** DuckDB's complaint about a file: its first line, with paths of the project. */
export function readError(root: string, message: string): string {
  const first = message.split('\n', 1)[0] ?? message;
  return first
    .replaceAll(join(root, '/'), '')
    .replace(/^(?:Invalid Input|IO|Binder|Parser|Conversion|Catalog) Error: /, '')
    .replace(/[.!]\s*$/, '');
}
