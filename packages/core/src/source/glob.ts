import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAGIC = /[*?[{]/;

/** Files that a path or glob (`*`, `**`, `?`, `[ab]`, `{a,b}`) names, relative to the root, sorted. */
export function expandGlob(root: string, pattern: string): readonly string[] {
  const parts = pattern.split('/');
  const firstMagic = parts.findIndex((p) => MAGIC.test(p));
  if (firstMagic < 0) return isFile(join(root, pattern)) ? [pattern] : [];
  const base = parts.slice(0, firstMagic).join('/');
  const matcher = globPattern(pattern);
  const found: string[] = [];
  collect(root, base, found);
  return found.filter((f) => matcher.test(f)).sort();
}

/** What a glob matches, as a whole. */
export function globPattern(pattern: string): RegExp {
  return new RegExp(`^${toRegExp(pattern)}$`, 'u');
}

function collect(root: string, folder: string, found: string[]): void {
  let entries;
  try {
    entries = readdirSync(join(root, folder === '' ? '.' : folder), { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) collect(root, path, found);
    else found.push(path);
  }
}

function toRegExp(pattern: string): string {
  return pattern.replaceAll(/\*\*\/|\*\*|\*|\?|\[!?[^\]]*\]|\{[^}]*\}|[\\^$+.()|{}[\]]/gu, (token) => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[') && token.length > 1) return token.replace('[!', '[^');
    if (token.startsWith('{') && token.length > 1) {
      return `(?:${token
        .slice(1, -1)
        .split(',')
        .map((a) => toRegExp(a))
        .join('|')})`;
    }
    return `\\${token}`;
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
