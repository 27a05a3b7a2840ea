import { firstLine } from '../../diagnostic/index.ts';
import type { Column } from '../../compile/compiled.ts';
import type { FileSource } from '../../project/index.ts';
import { readFilesSql } from './files.ts';

/** Names and types of files as DuckDB's sniffer sees them, without a warehouse. Answers an error message for files it cannot read. */
export async function describeFiles(
  requests: readonly { readonly source: FileSource; readonly paths: readonly string[] }[],
): Promise<readonly (readonly Column[] | string)[]> {
  if (requests.length === 0) return [];
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const answers: (readonly Column[] | string)[] = [];
  for (const { source, paths } of requests) {
    try {
      const reader = await connection.runAndReadAll(`DESCRIBE ${readFilesSql(source, paths, undefined, [])}`);
      answers.push(reader.getRowsJson().map((r) => ({ name: String(r[0]), type: String(r[1]) })));
    } catch (error) {
      answers.push(firstLine(error));
    }
  }
  connection.closeSync();
  instance.closeSync();
  return answers;
}
