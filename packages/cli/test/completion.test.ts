import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Command } from '../src/command.ts';
import { COMMANDS, GLOBAL_OPTIONS } from '../src/command-tree.ts';
import { bashCompletion } from '../src/completion/bash.ts';
import { fishCompletion } from '../src/completion/fish.ts';
import { zshCompletion } from '../src/completion/zsh.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

function below(command: Command): readonly Command[] {
  return [command, ...(command.commands ?? []).flatMap(below)];
}

describe.each(Object.entries(SCRIPTS))('%s', (_shell, make) => {
  const script = make(COMMANDS, GLOBAL_OPTIONS);
  it.each(COMMANDS.flatMap(below).map((c) => c.name))('knows %s', (name) => expect(script).toContain(name));
  it.each(['lock-timeout', 'detailed-exitcode', 'downstream', 'format'])('knows --%s', (name) =>
    expect(script).toContain(name),
  );
});

describe('bash', () => {
  const file = join(folder, 'sluice.bash');
  writeFileSync(file, bashCompletion(COMMANDS, GLOBAL_OPTIONS));
  writeFileSync(join(folder, 'plan.json'), '{}');

  const complete = (...words: readonly string[]): readonly string[] => {
    const quoted = ['sluice', ...words].map((w) => `'${w}'`).join(' ');
    const script = `source '${file}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: folder })
      .split('\n')
      .filter((w) => w !== '');
  };

  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['pl'], ['plan']],
    [['--pro'], ['--project']],
    [['plan', '--det'], ['--detailed-exitcode']],
    [['--lock-timeout', '5', 'plan', '--exp'], ['--explain']],
    [
      ['env', ''],
      ['list', 'show', 'diff', 'drop'],
    ],
    [['test', 'marts.*', '--jun'], ['--junit']],
    [['completion', 'z'], ['zsh']],
    [
      ['query', 'FROM x', '--format', ''],
      ['table', 'csv', 'json'],
    ],
    [
      ['lineage', 'a.b', '--format', ''],
      ['text', 'json', 'mermaid', 'dot'],
    ],
    [['apply', 'pl'], ['plan.json']],
    [['plan', '-o', 'pl'], ['plan.json']],
    [['plan', '--start', ''], []],
  ];
  it.each(cases)('completes %j', (words, expected) => {
    expect(complete(...words).filter((w) => words.at(-1) !== '' || !w.startsWith('--'))).toEqual(expected);
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe.skipIf(!has('fish'))('fish', () => {
  const file = join(folder, 'sluice.fish');
  writeFileSync(file, fishCompletion(COMMANDS, GLOBAL_OPTIONS));
  const complete = (line: string): readonly string[] =>
    execFileSync('fish', ['--no-config', '-c', `source '${file}'; complete -C '${line}'`], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, HOME: folder },
    })
      .split('\n')
      .flatMap((l) => (l === '' ? [] : [l.split('\t')[0] ?? '']));
  it.each<readonly [string, readonly string[]]>([
    ['sluice pl', ['plan']],
    ['sluice plan --det', ['--detailed-exitcode']],
    ['sluice --lock-timeout 5 plan --exp', ['--explain']],
    ['sluice env ', ['diff', 'drop', 'list', 'show']],
    ['sluice completion z', ['zsh']],
    ['sluice lineage a.b --format ', ['dot', 'json', 'mermaid', 'text']],
    ['sluice apply pl', ['plan.json']],
    ['sluice plan -o pl', ['plan.json']],
  ])('completes %j', (line, expected) => expect(complete(line)).toEqual(expected));
});

describe.skipIf(!has('zsh'))('zsh', () => {
  it('is a script that zsh can read', () => {
    writeFileSync(join(folder, '_sluice'), zshCompletion(COMMANDS, GLOBAL_OPTIONS));
    expect(execFileSync('zsh', ['-f', '-n', join(folder, '_sluice')], { encoding: 'utf8' })).toBe('');
  });
});
