/**
 * A project on a sample of its sources. Its tables have other versions than those of the whole, and stand in another file: so
 * nothing of a sample can get into an environment that shows all, whatever is done with the file.
 */
import { basename, join } from 'node:path';
import { needsAllRows } from '../audit/index.ts';
import { diagnostic, SluiceError, type Diagnostic, type Location } from '../diagnostic/index.ts';
import type { BoundAudit, Compiled, CompiledNode } from '../compile/index.ts';
import type { Project } from '../project/index.ts';
import type { WorkspaceOptions } from '../workspace.ts';
import { isFileSource } from './file-source.ts';

/** The same project with its warehouse elsewhere. */
export function withWarehouseAt(project: Project, path: string): Project {
  const { config } = project;
  return { ...project, config: { ...config, warehouse: { ...config.warehouse, path } } };
}

export function sampledProject(
  project: Project,
  { rows, folder }: NonNullable<WorkspaceOptions['sample']>,
): Project {
  const sources = project.config.sources.map((s) =>
    isFileSource(s) ? { ...s, origin: { ...s.origin, sample: rows } } : s,
  );
  // The file keeps its name: DuckDB makes the catalog's name of it.
  const path = join(folder, basename(project.config.warehouse.path));
  return withWarehouseAt({ ...project, config: { ...project.config, sources } }, path);
}

/** Audits that may fail for rows which are not in the sample do not stop anything. */
export function withLenientAudits(compiled: Compiled): Compiled {
  const nodes = [...compiled.nodes].map(([key, node]): readonly [string, CompiledNode] => {
    if (node.node !== 'model') return [key, node];
    const audits = node.audits.map((bound) =>
      bound.dependencies.length > 0 || needsAllRows(bound.audit) ? lenient(bound) : bound,
    );
    return [key, { ...node, audits }];
  });
  return { ...compiled, nodes: new Map(nodes), audits: compiled.audits.map(lenient) };
}

function lenient<A extends BoundAudit>(bound: A): A {
  return bound.audit.severity === 'block' ? { ...bound, audit: { ...bound.audit, severity: 'warn' } } : bound;
}

/** What somebody else keeps in the warehouse is not in the file that a sample is built in. */
export function refuseTablesOfOthers(compiled: Compiled): void {
  const refused = (
    what: string,
    { dependencies }: { readonly dependencies: readonly string[] },
    location: Location,
  ): readonly Diagnostic[] => {
    const foreign = dependencies.find((d) => isForeign(compiled.nodes.get(d)));
    if (foreign === undefined) return [];
    const message = `${what} on a sample: it reads ${foreign}, a table that somebody else keeps`;
    return [
      diagnostic('invalid-option', message, {
        location,
        hint: 'A sample is taken of files alone. Leave --sample out where such tables are, or compare with a file: --base-file.',
      }),
    ];
  };
  const problems = [
    ...[...compiled.nodes.values()].flatMap((reader) => {
      const { definition } = reader;
      const at = 'nameLocation' in definition ? definition.nameLocation : definition.location;
      return refused(`${reader.name} cannot be built`, reader, at);
    }),
    // They read it past all models.
    ...compiled.audits.flatMap((audit) =>
      refused(`standalone audit ${audit.name} cannot be run`, audit, audit.definition.nameLocation),
    ),
  ];
  if (problems.length > 0) throw new SluiceError(problems);
}

function isForeign(node: CompiledNode | undefined): boolean {
  return node?.node === 'source'
    ? node.definition.origin.kind === 'table'
    : node?.definition.kind.kind === 'EXTERNAL';
}
