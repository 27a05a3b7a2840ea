import type { Compiled, CompiledNode } from '../compile/index.ts';
import { SluiceError } from '../diagnostic/index.ts';
import { storageOf } from '../plan/physical.ts';
import { parseSelection, select, type Selectable, type Term } from '../selection/index.ts';
import type { State } from '../state/index.ts';
import { gitChanges } from './git-changes.ts';
import type { OpenProject } from './open-project.ts';

/**
 * Names of the models and sources that a selection names.
 * @throws {SluiceError} `nothing-selected` and `invalid-option`
 */
export async function selectModels(
  w: OpenProject,
  compiled: Compiled,
  state: State,
  environment: string,
  text: string,
): Promise<ReadonlySet<string>> {
  const { value: terms, diagnostics } = parseSelection(text);
  if (diagnostics.length > 0) throw new SluiceError(diagnostics);
  const nodes = [...compiled.nodes.values()];
  const selected = select(terms, nodes.map(selectable), {
    modified: new Set(nodes.filter((n) => isModified(n, state, environment)).map((n) => n.name)),
    changedFiles: await changedFiles(w, terms),
  });
  if (selected.diagnostics.length > 0) throw new SluiceError(selected.diagnostics);
  return selected.value;
}

function selectable(node: CompiledNode): Selectable {
  const { name, dependencies } = node;
  if (node.node === 'source') return { name, dependencies, tags: [], paths: [] };
  const { tags, source, kind } = node.definition;
  return { name, dependencies, tags, paths: [source.path, ...(kind.kind === 'SEED' ? [kind.file] : [])] };
}

/** Whether an environment shows something else under this name, or nothing, although it should. */
function isModified(node: CompiledNode, state: State, environment: string): boolean {
  const storage = storageOf(node);
  if (storage === 'inline' || storage === 'foreign') return false;
  const shown = state.environments.get(environment)?.models.get(node.name)?.physical;
  return shown === undefined || state.snapshots.get(shown)?.version !== node.version;
}

async function changedFiles(
  w: OpenProject,
  terms: readonly Term[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const refs = new Set(terms.flatMap((t) => (t.what.kind === 'git' ? [t.what.ref] : [])));
  return new Map(
    await Promise.all([...refs].map(async (ref) => [ref, await gitChanges(w.root, ref)] as const)),
  );
}
