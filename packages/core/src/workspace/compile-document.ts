import type { Compiled } from '../compile/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type CompileDocument } from '../report/index.ts';

export function compileDocument(compiled: Compiled): CompileDocument {
  const models = [...compiled.nodes.values()].filter((n) => n.node === 'model');
  return {
    schema_version: SCHEMA_VERSION,
    models: models.map((m) => ({
      name: m.name,
      kind: m.definition.kind.kind,
      path: m.definition.path,
      depends_on: m.dependencies.toSorted(),
      columns: m.columns,
      version: m.version,
    })),
    diagnostics: compiled.diagnostics.map(toDiagnosticDocument),
  };
}
