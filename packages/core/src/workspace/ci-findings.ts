/** Where what a pull request can be failed for is written: the line of a column that changes, else the header of its model. */
import { failsFor, type Finding } from '../ci/index.ts';
import { nodeKey } from '../compile/index.ts';
import { SluiceError, type Location } from '../diagnostic/index.ts';
import { toPlace, type CiFailure, type CiFindingDocument } from '../report/index.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

export async function findingDocuments(
  w: OpenProject,
  findings: readonly Finding[],
  failOn: CiFailure,
): Promise<readonly CiFindingDocument[]> {
  const placeOf = await placesOf(w, findings).catch((error: unknown) => {
    // Files that were edited meanwhile are no reason to lose the report.
    if (error instanceof SluiceError) return () => undefined;
    throw error;
  });
  return findings.map((f) => ({
    on: f.on,
    message: f.message,
    fails: failsFor(f, failOn),
    step: f.step,
    model: f.model,
    ...toPlace(placeOf(f)),
  }));
}

async function placesOf(
  w: OpenProject,
  findings: readonly Finding[],
): Promise<(finding: Finding) => Location | undefined> {
  // Only what was planned is of a model, and what was planned compiles.
  if (findings.every((f) => f.model === null)) return () => undefined;
  const { project, compiled, binder } = await compiledWithoutErrors(w);
  const { columnPlaces } = await import('../lint/index.ts');
  const columns = await columnPlaces(
    { project, compiled, parse: (texts) => binder.parse(texts) },
    new Set(findings.flatMap((f) => (f.model === null || f.target === null ? [] : [f.model]))),
  );
  const nodes = new Map([...compiled.nodes.values()].map((n) => [nodeKey(n.name), n]));
  return ({ model, target }) => {
    if (model === null) return undefined;
    const node = nodes.get(nodeKey(model));
    const column = target === null ? undefined : columns.get(nodeKey(`${model}.${target}`));
    if (node?.node === 'source')
      return (
        (target === null ? undefined : node.definition.typeLocations?.get(target)) ?? node.definition.location
      );
    return column ?? node?.definition.nameLocation;
  };
}
