import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '../project/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type CoverageDocument } from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import { compileProject } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

export async function answerCoverage(w: OpenProject): Promise<Answer<CoverageDocument>> {
  const { coverageOf, coverageSummary, coverageTotals, loadSuites } = await import('../unit-test/index.ts');
  const files = nodeFiles(w.root);
  const suites = loadSuites(files, (path) => existsSync(join(w.root, path)));
  const { project, diagnostics: before } = await w.load(files);
  const { compiled } = await compileProject(w, project, before);
  const models = coverageOf(compiled, suites.value);
  const totals = coverageTotals(models);
  // What does not compile and what cannot be read is missing from the counts: say so.
  const diagnostics = [...compiled.diagnostics, ...suites.diagnostics].filter((d) => d.severity === 'error');
  return {
    diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      models,
      totals,
      diagnostics: diagnostics.map(toDiagnosticDocument),
      summary: coverageSummary(totals),
    },
  };
}
