import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { SCHEMA_VERSION } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { writeJson } from '../output.ts';
import { paint } from '../render/style.ts';
import { enumerate } from '../render/words.ts';
import { projectTemplate } from '../template/project-template.ts';

export async function init(invocation: Invocation): Promise<number> {
  const { context, out } = invocation;
  const folder = invocation.path(invocation.args[0] ?? invocation.text('project') ?? '.');
  const shown = relative(context.cwd, folder) || '.';
  const files = projectTemplate(projectName(folder));
  const inTheWay = files.filter((f) => existsSync(join(folder, f.path))).map((f) => f.path);
  if (inTheWay.length > 0) {
    throw invalidOption(
      `nothing was written: ${enumerate(inTheWay)} ${inTheWay.length === 1 ? 'is' : 'are'} there already`,
      'Choose an empty folder: `sluice init <folder>`.',
    );
  }
  try {
    for (const file of files) {
      const path = join(folder, file.path);
      mkdirSync(dirname(path), { recursive: true });
      // `wx`: should somebody else have written it meanwhile, it stays theirs.
      writeFileSync(path, file.text, { flag: 'wx' });
    }
  } catch (error) {
    throw invalidOption(`the project could not be written: ${(error as Error).message}`);
  }
  if (invocation.json) {
    writeJson(context.stdout, {
      schema_version: SCHEMA_VERSION,
      folder: shown,
      files: files.map((f) => f.path),
    });
    return EXIT.good;
  }
  const p = paint(out);
  const steps = [
    ...(shown === '.' ? [] : [[`cd ${shellWord(shown)}`, '']]),
    ['sluice plan', 'says what would be built, and why'],
    ['sluice apply', 'builds it, once you have said yes'],
    ['sluice query "FROM marts.daily_revenue"', 'shows what came out'],
  ];
  const width = Math.max(...steps.map(([command = '']) => command.length));
  context.stdout.write(
    [
      `${p.green('✓')} A project of ${files.length} files is in ${p.bold(shown === '.' ? 'this folder' : shown)}:`,
      ...files.map((f) => `    ${f.path}`),
      '',
      'Next:',
      ...steps.map(([command = '', does = '']) => `    ${command.padEnd(width)}  ${p.dim(does)}`.trimEnd()),
      '',
    ].join('\n'),
  );
  return EXIT.good;
}

/** The folder's name as a project may be called. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  return name === '' ? 'project' : name;
}

/** As it must be typed: quoted when it holds more than letters, digits and what stands in paths. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
