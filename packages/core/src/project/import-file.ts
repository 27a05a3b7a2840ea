/**
 * Code of a project's own: what files in `macros/` and `signals/` export. It runs in this process. Node strips types itself;
 * nothing is built.
 */
import { hash } from 'node:crypto';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const MODULE = /\.(?:m?ts|m?js)$/i;
const TYPESCRIPT = /\.m?ts$/i;

/** Whether a file is code, by its name. */
export function isModuleFile(path: string): boolean {
  return MODULE.test(path) && !/\.d\.m?ts$/i.test(path);
}

export function isTypeScript(path: string): boolean {
  return TYPESCRIPT.test(path);
}

export function stripsTypes(): boolean {
  return process.features.typescript !== false;
}

type Imported =
  | { readonly ok: true; readonly exports: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string };

/** Imports a file. One that changed is imported anew; what it imports itself is not. */
export async function importFile(path: string, text: string): Promise<Imported> {
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
