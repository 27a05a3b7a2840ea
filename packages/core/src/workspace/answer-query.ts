import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import { SCHEMA_VERSION, type QueryDocument } from '../report/index.ts';
import { readState } from '../state/index.ts';
import type { Answer } from '../workspace.ts';
import { inEnvironment } from './environment-query.ts';
import { checkEnvironmentName } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerQuery(
  w: OpenProject,
  text: string,
  environment: string,
): Promise<Answer<QueryDocument>> {
  const { project } = await w.load();
  checkEnvironmentName(environment);
  return withWarehouse(w, project, { readOnly: true, mustExist: true }, async (connection) => {
    let rewritten = text;
    if (environment !== 'prod')
      rewritten = await inEnvironment(w, text, await readState(connection), environment);
    try {
      const { columns, rows } = await connection.query(rewritten);
      return { diagnostics: [], document: { schema_version: SCHEMA_VERSION, columns, rows } };
    } catch (error) {
      throw new SluiceError(queryDiagnostic(error));
    }
  });
}

/** DuckDB's complaint about a query of the user's own, without its drawing of the line. */
function queryDiagnostic(error: unknown): Diagnostic {
  const text = error instanceof Error ? error.message : String(error);
  if (/^INTERRUPT/i.test(text)) return diagnostic('interrupted', 'the query was stopped');
  if (/read-only/i.test(text)) {
    return diagnostic('query-failed', 'query only reads', {
      hint: 'Tables are written by sluice apply and sluice run.',
    });
  }
  const [first = '', ...more] = text.split('\n').map((line) => line.trim());
  const hints = more.filter((line) => line !== '' && !/^(LINE \d+:|\^)/.test(line));
  return diagnostic('query-failed', first.replace(/^(\w+ )?Error: /, ''), {
    hint: hints.length === 0 ? undefined : hints.join(' ').replaceAll('"', "'"),
  });
}
