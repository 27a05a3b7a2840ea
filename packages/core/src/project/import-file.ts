/**
 * Code of a project's own: what files in `macros/` and `signals/` export. It runs in this process. Node strips types itself;
 * nothing is built.
 */
import { hash } from 'node:crypto';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { diagnostic, type DiagnosticCode, type Outcome, type SourceText } from '../diagnostic/index.ts';

const MODULE = /\.(?:m?ts|m?js)$/i;
const TYPESCRIPT = /\.m?ts$/i;

/** Whether a file is code, by its name. */
function isModuleFile(path: string): boolean {
  return MODULE.test(path) && !/\.d\.m?ts$/i.test(path);
}

export function isTypeScript(path: string): boolean {
  return TYPESCRIPT.test(path);
}

function stripsTypes(): boolean {
  return process.features.typescript !== false;
}

/** What is written in a folder of code, and which diagnostic says that a file of it is wrong. */
interface CodeFolder {
  /** `macros` or `signals`: the folder's name, and the plural that messages have. */
  readonly name: 'macros' | 'signals';
  readonly invalid: DiagnosticCode;
}

/** Imports a file of such a folder; undefined when it is no code, or cannot be loaded, which the diagnostics say. */
export async function importCode(
  root: string,
  source: SourceText,
  folder: CodeFolder,
): Promise<Outcome<Readonly<Record<string, unknown>> | undefined>> {
  const { path, text } = source;
  const location = source.locate(0);
  if (/\.py$/i.test(path) && text.trim() !== '') {
    const hint = 'Write its functions in TypeScript, in a file beside it.';
    const message = `${folder.name} in Python are not run: ${path}`;
    return { value: undefined, diagnostics: [diagnostic('unused-file', message, { location, hint })] };
  }
  if (!isModuleFile(path)) return { value: undefined, diagnostics: [] };
  if (isTypeScript(path) && !stripsTypes()) {
    const hint = `Use Node 22.18 or newer, set NODE_OPTIONS=--experimental-strip-types, or write the ${folder.name} in .mjs files.`;
    const message = `this Node (${process.version}) does not read TypeScript`;
    return { value: undefined, diagnostics: [diagnostic(folder.invalid, message, { location, hint })] };
  }
  const loaded = await importFile(join(root, path), text);
  if (loaded.ok) return { value: loaded.exports, diagnostics: [] };
  const message = `${path} cannot be loaded: ${loaded.problem}`;
  return { value: undefined, diagnostics: [diagnostic(folder.invalid, message, { location })] };
}

type Imported =
  | { readonly ok: true; readonly exports: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string };

/** Imports a file. One that changed is imported anew; what it imports itself is not. */
async function importFile(path: string, text: string): Promise<Imported> {
  const url = `${pathToFileURL(path).href}?v=${hash('sha256', text).slice(0, 16)}`;
  // A project is no package: without this, Node would try CommonJS first and warn.
  const hooks = registerHooks?.({
    load: (at, context, next) =>
      next(at, at === url && !/\.m[jt]s\?/.test(at) ? { ...context, format: formatOf(path) } : context),
  });
  try {
    const exports: unknown = await import(/* @vite-ignore */ url);
    return { ok: true, exports: isRecord(exports) ? exports : {} };
  } catch (error) {
    return { ok: false, problem: firstLine(error) };
  } finally {
    hooks?.deregister();
  }
}

function formatOf(path: string): 'module' | 'module-typescript' {
  return isTypeScript(path) ? 'module-typescript' : 'module';
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (
    message
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}

export function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function' && !/^class\b/.test(String(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
