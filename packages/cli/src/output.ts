import { SCHEMA_VERSION, toDiagnosticDocument } from '@sluice/core';
import type { Answer, Diagnostic, ErrorDocument } from '@sluice/core';
import type { Stream } from './context.ts';
import type { Invocation } from './invocation.ts';
import { renderDiagnostics } from './render/diagnostics.ts';
import type { Style } from './render/style.ts';

export function writeJson(stream: Stream, document: unknown): void {
  stream.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** What `--json` prints when a command could not be carried out. */
export function errorDocument(diagnostics: readonly Diagnostic[]): ErrorDocument {
  return {
    schema_version: SCHEMA_VERSION,
    error: true,
    diagnostics: diagnostics.map(toDiagnosticDocument),
  };
}

/** Prints what a command answered: the document on stdout, as JSON or rendered; diagnostics for people on stderr. */
export function print<D extends object>(
  invocation: Invocation,
  answer: Answer<D>,
  render: (document: D, style: Style) => string,
): void {
  const { stdout, stderr } = invocation.context;
  if (invocation.json && answer.json !== undefined) {
    stdout.write(`${answer.json}\n`);
    return;
  }
  // A document that carries its diagnostics says them already.
  if (!(invocation.json && 'diagnostics' in answer.document)) {
    stderr.write(renderDiagnostics(answer.diagnostics, invocation.err));
  }
  if (invocation.json) writeJson(stdout, answer.document);
  else stdout.write(render(answer.document, invocation.out));
}
