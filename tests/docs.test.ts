import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS, GLOBAL_OPTIONS } from '../packages/cli/src/command-tree.ts';
import type { Command } from '../packages/cli/src/command.ts';
import { CODES } from '../packages/core/src/diagnostic/codes.ts';

/** What the pages say, against what there is. */
const ROOT = join(import.meta.dirname, '..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** A page without its blocks of code. */
function prose(page: string): string {
  return read(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** The anchor that GitHub gives a heading. */
function anchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function anchors(page: string): readonly string[] {
  return [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchor(heading));
}

test('docs/diagnostics.md explains every code, each once, and no other', () => {
  const headings = [...prose('docs/diagnostics.md').matchAll(/^### `(.+)`$/gm)].map(([, code]) => code);
  expect(headings.toSorted()).toEqual(Object.keys(CODES).toSorted());
});

test.each(PAGES)('%s names commands and options that exist', (page) => {
  const wrong = invocations(read(page)).flatMap((call) => problem(call) ?? []);
  expect(wrong).toEqual([]);
});

test('the README lists every command', () => {
  const listed = [...read('README.md').matchAll(/^\| `sluice ([a-z -]+?)(?: [[<].*)?` \|/gm)].map(
    ([, name]) => name,
  );
  expect(listed.toSorted()).toEqual(leaves(COMMANDS).toSorted());
});

test.each(PAGES)('%s has links that lead somewhere', (page) => {
  const broken = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', heading] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(resolve(ROOT, file))) return [target];
    if (heading === undefined || statSync(resolve(ROOT, file)).isDirectory()) return [];
    return anchors(file).includes(heading) ? [] : [target];
  });
  expect(broken).toEqual([]);
});

/** `sluice …` at the beginning of a line of a shell, or of inline code; the rest of the call with it. */
function invocations(text: string): readonly string[] {
  const shell = /^(?:\$ )?(?:npx (?:-y pnpm@\S+ )?)?sluice (.+)$/gm;
  const inline = /`(?:npx (?:-y pnpm@\S+ )?)?sluice ([^`\n]+)`/g;
  return [...text.matchAll(shell), ...text.matchAll(inline)].map(([, call = '']) => call);
}

/** What is wrong with a call: a command that does not exist, or an option it does not have. */
function problem(call: string): string | undefined {
  // What stands in quotes is SQL, what follows a comment or a redirection is not Sluice's.
  const words = call
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, 'text')
    .split(/\s[#>|]/, 1)[0]
    ?.split(/\s+/);
  const [name, ...rest] = words ?? [];
  if (name?.startsWith('-') === true || name === '<command>') return undefined;
  const command = COMMANDS.find((c) => c.name === name);
  if (command === undefined) return `sluice ${call}: no such command`;
  const options = new Set(['--help', ...flags(GLOBAL_OPTIONS), ...flags(all(command))]);
  const unknown = rest.find((word) => /^--?[a-z]/.test(word) && !options.has(word));
  if (unknown !== undefined) return `sluice ${call}: no such option ${unknown}`;
  const below = command.commands?.map((c) => c.name);
  const takesAny = command.arguments !== undefined || rest[0] === undefined || rest[0].startsWith('-');
  const isItself = command.load !== undefined && takesAny;
  return below === undefined || isItself || below.includes(rest[0] ?? '')
    ? undefined
    : `sluice ${call}: no such command below`;
}

function all(command: Command): readonly { readonly flags: string }[] {
  return [...(command.options ?? []), ...(command.commands ?? []).flatMap(all)];
}

function flags(options: readonly { readonly flags: string }[]): readonly string[] {
  return options.flatMap((o) => o.flags.match(/--?[a-z][a-z-]*/g) ?? []);
}

/** Full names of the commands that do something. */
function leaves(commands: readonly Command[], above = ''): readonly string[] {
  return commands.flatMap((c) => [
    ...(c.load === undefined ? [] : [`${above}${c.name}`]),
    ...leaves(c.commands ?? [], `${above}${c.name} `),
  ]);
}
