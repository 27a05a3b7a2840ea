import { nodeKey } from '../compile/index.ts';
import { findReferences, rewriteReferences } from '../compile/references.ts';
import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import { tableIdent } from '../sql/quote.ts';
import type { State } from '../state/index.ts';
import type { OpenProject } from './open-project.ts';

/** A query that names models as `prod` shows them, over the views of an environment. */
export async function inEnvironment(
  w: OpenProject,
  text: string,
  state: State,
  environment: string,
): Promise<string> {
  if (environment === 'prod') return text;
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
