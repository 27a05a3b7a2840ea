import { nodeKey } from '../compile/index.ts';
import { findReferences, rewriteReferences } from '../compile/references.ts';
import { diagnostic, didYouMean, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import { SCHEMA_VERSION, type QueryDocument } from '../report/index.ts';
import { tableIdent } from '../sql/quote.ts';
import { readState, type State } from '../state/index.ts';
import type { Answer } from '../workspace.ts';
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

/** The same query over the views of another environment. */
async function inEnvironment(
  w: OpenProject,
  text: string,
  state: State,
  environment: string,
): Promise<string> {
  const known = state.environments.get(environment);
  if (known === undefined) {
    throw new SluiceError(
      diagnostic('unknown-environment', `there is no environment '${environment}'`, {
        hint: didYouMean(environment, state.environments.keys()),
      }),
    );
  }
  const binder = w.frontEnd();
  const [parsed] = await binder.parse([text]);
  if (parsed === undefined || !parsed.ok) return text;
  const views = new Map([...known.models.values()].map((m) => [nodeKey(m.model), m.view]));
  return rewriteReferences(text, findReferences(parsed.statements[0], text), (r) => {
    const view = r.catalog === '' ? views.get(nodeKey(`${r.schema}.${r.table}`)) : undefined;
    return view === undefined ? undefined : tableIdent(view);
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
