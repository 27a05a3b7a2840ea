/** A warehouse whose statements are spans, by what they do: `INSERT`, `COMMIT`. What they say stays unsaid. */
import { significantTokens } from '../sql/tokens.ts';
import type { Tracer } from './tracer.ts';
import type { Connection, Warehouse } from './warehouse.ts';

export function tracedWarehouse(warehouse: Warehouse, tracer: Tracer): Warehouse {
  return {
    connect: async () => tracedConnection(await warehouse.connect(), tracer),
    close: () => warehouse.close(),
  };
}

function tracedConnection(connection: Connection, tracer: Tracer): Connection {
  const timed = <T>(operation: string, work: () => Promise<T>, rowsOf?: (answer: T) => number): Promise<T> =>
    tracer.span(operation, { 'db.system.name': 'duckdb', 'db.operation.name': operation }, async (span) => {
      const answer = await work();
      if (rowsOf !== undefined) span.note({ 'db.response.returned_rows': rowsOf(answer) });
      return answer;
    });
  return {
    run: (sql) => timed(operationOf(sql), () => connection.run(sql)),
    rows: (sql) =>
      timed(
        operationOf(sql),
        () => connection.rows(sql),
        (rows) => rows.length,
      ),
    query: (sql) =>
      timed(
        operationOf(sql),
        () => connection.query(sql),
        ({ rows }) => rows.length,
      ),
    transaction: (work) => timed('TRANSACTION', () => connection.transaction(work)),
    relations: () => timed('SELECT', () => connection.relations()),
    columnsOf: (relation) => timed('DESCRIBE', () => connection.columnsOf(relation)),
    views: () => timed('SELECT', () => connection.views()),
    comments: (relation) => timed('SELECT', () => connection.comments(relation)),
    loadFiles: (request, maxRejects) => timed('LOAD', () => connection.loadFiles(request, maxRejects)),
    loadText: (request) => connection.loadText(request),
    compareFiles: (request) => timed('COMPARE', () => connection.compareFiles(request)),
    exportRows: (query, path, format) => timed('COPY', () => connection.exportRows(query, path, format)),
    importRows: (path, format, columns, table) =>
      timed('COPY', () => connection.importRows(path, format, columns, table)),
    statistics: (...given) => timed('SELECT', () => connection.statistics(...given)),
    borrow: (exceptSchemas) => timed('ATTACH', () => connection.borrow(exceptSchemas)),
    own: (table, keepRows) => timed('CREATE TABLE', () => connection.own(table, keepRows)),
    interrupt: () => connection.interrupt(),
    close: () => connection.close(),
  };
}

/** `CREATE TABLE`, `INSERT`: the words a statement begins with, and no name. */
function operationOf(sql: string): string {
  const words = significantTokens(sql.slice(0, 200))
    .slice(0, 4)
    .map((t) => sql.slice(t.start, t.end).toUpperCase());
  const [first = 'STATEMENT', ...more] = words;
  if (!/^[A-Z]+$/.test(first)) return 'STATEMENT';
  const what = more.find((word) => ['TABLE', 'VIEW', 'SCHEMA'].includes(word));
  return ['CREATE', 'DROP', 'ALTER'].includes(first) && what !== undefined ? `${first} ${what}` : first;
}
