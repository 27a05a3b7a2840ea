import { SCHEMA_VERSION, toDiagnosticDocument } from '@sluice/core';
import type { Answer, Diagnostic, ErrorDocument } from '@sluice/core';
import type { Context, Stream } from './context.ts';
import type { Invocation } from './invocation.ts';
import { repositoryOf } from './project-folder.ts';
import { renderDiagnostics } from './render/diagnostics.ts';
import { renderGithub } from './render/github.ts';
import { toSarif } from './render/sarif.ts';
import type { Style } from './render/style.ts';

export function writeJson(stream: Stream, document: unknown): void {
  stream.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Says on stdout, for a machine, why a command could not be carried out. */
export function printErrors(
  { stdout, env }: Context,
  root: string,
  diagnostics: readonly Diagnostic[],
  format: string,
): void {
  const repository = repositoryOf(root, env);
  if (format === 'github') stdout.write(renderGithub(diagnostics, repository));
  else writeJson(stdout, format === 'sarif' ? toSarif(diagnostics, repository) : errorDocument(diagnostics));
}

/** What `--json` prints when a command could not be carried out. */
function errorDocument(diagnostics: readonly Diagnostic[]): ErrorDocument {
  return {
    schema_version: SCHEMA_VERSION,
    error: true,
    diagnostics: diagnostics.map(toDiagnosticDocument),
  };
}

/**
 * Prints what a command answered: the document on stdout, as JSON or rendered; diagnostics for people on stderr. For
 * `github` diagnostics are annotations beside the document, for `sarif` they are all that is printed.
 */
export function print<D extends object>(
  invocation: Invocation,
  answer: Answer<D>,
  render: (document: D, style: Style) => string,
  format: string = invocation.json ? 'json' : 'text',
): void {
  const { stdout, stderr, env } = invocation.context;
  switch (format) {
    case 'json':
      if (answer.json !== undefined) {
        stdout.write(`${answer.json}\n`);
        return;
      }
      // A document that carries its diagnostics says them already.
      if (!('diagnostics' in answer.document))
        stderr.write(renderDiagnostics(answer.diagnostics, invocation.err));
      writeJson(stdout, answer.document);
      return;
    case 'sarif':
      writeJson(stdout, toSarif(answer.diagnostics, repositoryOf(invocation.root(), env)));
      return;
    case 'github':
      stdout.write(renderGithub(answer.diagnostics, repositoryOf(invocation.root(), env)));
      break;
    default:
      stderr.write(renderDiagnostics(answer.diagnostics, invocation.err));
  }
  stdout.write(render(answer.document, invocation.out));
}
