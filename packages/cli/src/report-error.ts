import { resolve } from 'node:path';
import { diagnostic, SluiceError, storageProblem, type Diagnostic } from '@sluice/core';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printErrors } from './output.ts';
import { projectFolder } from './project-folder.ts';
import { renderDiagnostics } from './render/diagnostics.ts';
import { styleFor } from './terminal.ts';

/** Says why a command could not be carried out, never with a stack trace, and answers the exit code. */
export function reportError(error: unknown, argv: readonly string[], context: Context): number {
  const diagnostics = error instanceof SluiceError ? error.diagnostics : [unexpected(error)];
  if (context.env['SLUICE_DEBUG'] === '1' && error instanceof Error) {
    context.stderr.write(`${debugText(error)}\n`);
  }
  const format = askedFormat(argv);
  if (format !== undefined) {
    printErrors(context, askedProject(argv, context.cwd), diagnostics, format);
  } else {
    const style = styleFor(context.stderr, context.env, !argv.includes('--no-color'));
    context.stderr.write(renderDiagnostics(diagnostics, style));
  }
  return diagnostics.some((d) => d.code === 'interrupted') ? EXIT.interrupted : EXIT.bad;
}

/** The project that was meant, as far as the arguments tell. */
function askedProject(argv: readonly string[], cwd: string): string {
  const at = argv.findIndex((a) => a === '--project' || a.startsWith('--project='));
  const asked = argv[at] === '--project' ? argv[at + 1] : argv[at]?.slice('--project='.length);
  return asked === undefined ? projectFolder(cwd) : resolve(cwd, asked);
}

/** What could not be parsed may still have asked for a format that machines read. */
function askedFormat(argv: readonly string[]): string | undefined {
  if (argv.includes('--json')) return 'json';
  const at = argv.findIndex((a) => a === '--format' || a.startsWith('--format='));
  const asked = argv[at] === '--format' ? argv[at + 1] : argv[at]?.slice('--format='.length);
  // `query --format json` asks for rows; why there are none is for people.
  const isQuery = argv.includes('query');
  return !isQuery && (asked === 'json' || asked === 'github' || asked === 'sarif') ? asked : undefined;
}

function unexpected(error: unknown): Diagnostic {
  const problem = storageProblem(error);
  if (problem !== undefined) return problem;
  const message = error instanceof Error ? error.message : String(error);
  return diagnostic('internal', `this was not expected: ${message}`, {
    hint: 'This is a bug in Sluice. Please report it with this message; with SLUICE_DEBUG=1 you see where it arose.',
  });
}

function debugText(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${debugText(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
