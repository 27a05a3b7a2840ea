import { diagnostic } from '../diagnostic/index.ts';
import type { SourceDefinition } from '../project/index.ts';
import type { Compilation } from './compilation.ts';
import type { CompiledNode } from './compiled.ts';
import { versionSource } from './version.ts';

/** Compiling opens no warehouse, so somebody has to say what others' tables hold. */
export const EXTERNAL_HINT =
  'Declare its columns, or take them from the warehouse with sluice sources refresh.';

/** Sources are known from their declarations, or from their files. */
export function addSource(c: Compilation, source: SourceDefinition): void {
  const columns = source.columns ?? c.input.discovered.get(source.name);
  if (columns === undefined) {
    c.broken.add(source.name);
    if (source.origin.kind === 'table') {
      c.diagnostics.push(
        diagnostic('external-without-columns', `the table source '${source.name}' does not say its columns`, {
          location: source.location,
          hint: EXTERNAL_HINT,
        }),
      );
    }
    return;
  }
  const plain = columns.map((c) => ({ name: c.name, type: c.type }));
  const versioned = versionSource(source, plain);
  const node: CompiledNode = {
    node: 'source',
    name: source.name,
    definition: source,
    columns: plain,
    version: versioned.version,
    meaning: versioned.meaning,
    dependencies: [],
  };
  const timeColumn = source.origin.kind === 'file' ? source.origin.timeColumn : undefined;
  c.know(node, versioned, { kind: 'input', input: source.name, timeColumn });
}
