import { readAnswer, readOnce, RecordedFiles, writeAnswer } from '../cache/index.ts';
import { nodeFiles, projectFile } from '../project/index.ts';
import type { CompileDocument } from '../report/index.ts';
import { expandGlob } from '../source/index.ts';
import type { Answer } from '../workspace.ts';
import { compileDocument } from './compile-document.ts';
import { isFileSource } from './file-source.ts';
import { compileProject } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

export async function answerCompile(w: OpenProject): Promise<Answer<CompileDocument>> {
  const identity = w.cacheIdentity();
  const files = readOnce(nodeFiles(w.root));
  const known = identity === undefined ? undefined : readAnswer(w.root, w.cacheFolder(), identity, files);
  if (known !== undefined) {
    let document: CompileDocument | undefined;
    return {
      ...known,
      // Tens of megabytes for a large project, and printed as they are.
      get document() {
        return (document ??= JSON.parse(known.json) as CompileDocument);
      },
    };
  }
  const recorded = new RecordedFiles(files);
  if (projectFile(files) !== undefined) await w.frontEnd().begin();
  const { project, diagnostics: before } = await w.load(recorded);
  const { compiled, keepable } = await compileProject(w, project, before);
  const document = compileDocument(compiled);
  const { diagnostics } = compiled;
  // What code of the project's own does, or why it cannot be loaded, may depend on anything.
  const isKept = keepable && ['macros', 'signals'].every((folder) => files.list(folder).length === 0);
  if (identity === undefined || !isKept) return { diagnostics, document };
  const json = JSON.stringify(document, null, 2);
  const globs = project.config.sources
    .filter(isFileSource)
    .flatMap((s) =>
      s.origin.files.map((pattern) => ({ pattern, found: expandGlob(w.root, pattern).length > 0 })),
    );
  writeAnswer(w.cacheFolder(), identity, { diagnostics, json, globs, record: recorded.record() });
  return { diagnostics, document, json };
}
