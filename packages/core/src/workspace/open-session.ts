import type { Session } from '../workspace.ts';
import { compileDocument } from './compile-document.ts';
import { CompileSession } from './compile-session.ts';

/** A session as the library shows it. */
export function openSession(root: string): Session {
  const session = new CompileSession(root);
  return {
    async compile() {
      const { compiled } = await session.compile();
      return { document: compileDocument(compiled), diagnostics: compiled.diagnostics };
    },
    close: () => session.close(),
  };
}
