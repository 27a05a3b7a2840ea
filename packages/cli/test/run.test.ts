import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnostic, SluiceError } from '@sluice/core';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { VERSION } from '../src/version.ts';
import { action, answer, applied, auditResult, fakeContext, plan, workspace } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const todo = answer(plan([action()]));
const nothing = answer(plan([]));

const refuse = (error: unknown) => async () => {
  throw error;
};

const confirmable = (): {
  readonly methods: Parameters<typeof workspace>[0];
  readonly asked: () => boolean | undefined;
} => {
  let asked: boolean | undefined;
  return {
    asked: () => asked,
    methods: {
      apply: async (_environment, options) => {
        asked = await options?.confirm?.(plan([action()]));
        if (asked !== true) throw new SluiceError(diagnostic('interrupted', 'not applied'));
        return answer(applied());
      },
    },
  };
};

const failingContext = (env: Record<string, string>): ReturnType<typeof fakeContext> =>
  fakeContext({
    env,
    workspace: workspace({
      plan: async () => {
        throw new TypeError('x is not a function');
      },
    }),
  });

describe('options and arguments', () => {
  const cases: readonly (readonly [string, string, hint?: string])[] = [
    ['pln', "unknown command 'pln'", 'Did you mean plan?'],
    ['plan --jsno', "unknown option '--jsno'", 'Did you mean --json?'],
    ['query', "missing required argument 'sql'", '`sluice query --help` shows how it is called.'],
    ['plan a b', "too many arguments for 'plan': expected 1 argument but got 2: a, b"],
    ['plan --start', "option '--start <date>' argument missing"],
    ['plan --start 2025-02-30', "--start must be a date or a timestamp, not '2025-02-30'"],
    ['plan --start 2025-03-02 --end 2025-03-01', '--start 2025-03-02 is not before --end 2025-03-01'],
    ['plan --now yesterday', "--now must be a date or a timestamp, not 'yesterday'"],
    ['plan --lock-timeout soon', "--lock-timeout must be a number of at least 0, not 'soon'"],
    ['run --jobs 0', "--jobs must be a whole number of at least 1, not '0'"],
    ['run --jobs 1.5', "--jobs must be a whole number of at least 1, not '1.5'"],
    ['render marts.x --start 2025-01-01', '--start is given without --end'],
    ['lineage marts.x --upstream --downstream', '--upstream and --downstream are given together'],
    ['query q --format xml', "--format must be table, csv or json, not 'xml'"],
    ['completion tcsh', "the shell must be bash, zsh or fish, not 'tcsh'"],
    ['apply', 'nothing was applied: there is no terminal to ask for a yes'],
    ['apply gone.json --yes', "there is no saved plan 'gone.json'"],
  ];
  it.each(cases.map(([line, message, hint]) => ({ line, message, hint })))(
    'refuses `sluice $line`',
    async (given) => {
      const { line, message, hint } = given;
      const context = fakeContext();
      expect(await run(line.split(' '), context)).toBe(1);
      expect(context.out()).toBe('');
      expect(context.err()).toContain(`error[invalid-option]: ${message}`);
      if (hint !== undefined) expect(context.err()).toContain(`= help: ${hint}`);
      expect(context.opened).toEqual([]);
    },
  );

  it('says errors as one document with --json, wherever it stands', async () => {
    const context = fakeContext();
    expect(await run(['plan', '--jsno', '--json'], context)).toBe(1);
    expect(context.err()).toBe('');
    expect(JSON.parse(context.out())).toMatchObject({
      schema_version: 1,
      error: true,
      diagnostics: [
        { code: 'invalid-option', message: "unknown option '--jsno'", hint: 'Did you mean --json?' },
      ],
    });
  });

  it('hands options on', async () => {
    let asked: unknown;
    const context = fakeContext({
      workspace: workspace({
        plan: async (environment, options) => {
          asked = { environment, options };
          return nothing;
        },
      }),
    });
    const line =
      '--project shop plan dev --start 2025-01-01 --end 2025-01-31 --now 2025-02-01T12:00:00Z --lock-timeout 1.5';
    expect(await run(line.split(' '), context)).toBe(0);
    expect(asked).toEqual({
      environment: 'dev',
      options: { start: Date.UTC(2025, 0, 1), end: Date.UTC(2025, 1, 1) },
    });
    const [opened] = context.opened;
    expect(opened).toMatchObject({ root: '/nowhere/shop', lockTimeout: 1500 });
    expect(opened?.now?.()).toBe(Date.UTC(2025, 1, 1, 12));
  });

  it('finds the project upwards', async () => {
    const deep = join(folder, 'up', 'models', 'marts');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(folder, 'up', 'project.yaml'), '');
    const context = fakeContext({ cwd: deep, workspace: workspace({ plan: async () => nothing }) });
    await run(['plan'], context);
    expect(context.opened[0]?.root).toBe(join(folder, 'up'));
  });
});

describe('help and version', () => {
  it('prints the version of package.json', async () => {
    const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
    expect(manifest).toMatchObject({ version: VERSION });
    const context = fakeContext();
    expect(await run(['--version'], context)).toBe(0);
    expect(context.out()).toBe(`${VERSION}\n`);
  });

  it('shows an example with every command', async () => {
    const context = fakeContext();
    expect(await run(['--help'], context)).toBe(0);
    const commands = [...context.out().matchAll(/^ {2}([a-z]+) .*[A-Z]/gm)].map((m) => m[1] ?? '');
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands.filter((c) => c !== 'help')) {
      const help = fakeContext();
      expect(await run([command, '--help'], help)).toBe(0);
      expect(help.out()).toContain('Example');
      expect(help.out()).toContain('--project');
    }
  });

  it('without a command shows what there is, and is not good', async () => {
    const context = fakeContext();
    expect(await run([], context)).toBe(1);
    expect(context.err()).toContain('Commands:');
    expect(context.out()).toBe('');
  });
});

describe('exit codes', () => {
  const failed = auditResult({ status: 'failed', failing_rows: 1 });
  const warned = auditResult({ status: 'failed', severity: 'warn', failing_rows: 1 });
  const audits = (list: readonly (typeof failed)[]): Parameters<typeof workspace>[0] => ({
    audit: async () =>
      answer({ schema_version: 1, environment: 'prod', audits: list, diagnostics: [], summary: 'Audited.' }),
  });
  const broken = diagnostic('unknown-column', 'no such column');
  const compiled = { schema_version: 1, models: [], diagnostics: [] } as const;
  const linted = { schema_version: 1, models: 1, fixed: [], fixable: 0, diagnostics: [] } as const;
  const changed = { path: 'models/a.sql', status: 'changed' } as const;
  const formatted = { schema_version: 1, check: true, files: [changed], diagnostics: [] } as const;
  const cases: readonly (readonly [string, Parameters<typeof workspace>[0], number])[] = [
    ['compile', { compile: async () => answer(compiled) }, 0],
    ['compile', { compile: async () => answer(compiled, [broken]) }, 1],
    ['lint', { lint: async () => answer(linted) }, 0],
    ['lint', { lint: async () => answer(linted, [broken]) }, 1],
    ['format', { format: async () => answer(formatted) }, 0],
    ['format --check', { format: async () => answer(formatted) }, 1],
    ['plan', { plan: async () => todo }, 0],
    ['plan --detailed-exitcode', { plan: async () => todo }, 2],
    ['plan --detailed-exitcode', { plan: async () => nothing }, 0],
    ['plan', { plan: refuse(new SluiceError(broken)) }, 1],
    ['plan', { plan: refuse(new SluiceError(diagnostic('interrupted', 'Stopped'))) }, 130],
    ['apply --yes', { apply: async () => answer(applied()) }, 0],
    ['apply --yes', { apply: async () => answer(applied({ status: 'nothing-to-do' })) }, 0],
    ['apply --yes', { apply: async () => answer(applied({ status: 'failed' })) }, 1],
    ['apply --yes', { apply: async () => answer(applied({ status: 'interrupted' })) }, 130],
    ['run', { run: async () => answer(applied({ kind: 'run', status: 'failed' })) }, 1],
    ['audit', audits([auditResult()]), 0],
    ['audit', audits([warned]), 0],
    ['audit', audits([failed]), 1],
    ['audit', audits([auditResult({ status: 'error', severity: 'warn' })]), 1],
  ];
  it.each(cases)('of `sluice %s`', async (line, methods, code) => {
    for (const json of [[], ['--json']]) {
      const context = fakeContext({ workspace: workspace(methods) });
      expect(await run([...line.split(' '), ...json], context)).toBe(code);
      if (json.length > 0) expect(() => JSON.parse(context.out())).not.toThrow();
    }
  });
});

describe('apply', () => {
  const cases: readonly (readonly [string | undefined, boolean, number])[] = [
    ['y', true, 0],
    ['YES', true, 0],
    ['', false, 1],
    ['n', false, 1],
    [undefined, false, 130],
  ];
  it.each(cases)('asks, and takes %j', async (reply, goes, code) => {
    const { methods, asked } = confirmable();
    const context = fakeContext({ workspace: workspace(methods), answers: [reply] });
    expect(await run(['apply'], context)).toBe(code);
    expect(asked()).toBe(goes);
    expect(context.out()).toContain('~ rebuild marts.revenue');
    expect(context.err()).toContain('Apply this plan? [y/N] ');
    if (!goes) expect(context.err()).toContain('Not applied; nothing has changed.');

    const json = fakeContext({ workspace: workspace(methods), answers: [reply] });
    expect(await run(['apply', '--json'], json)).toBe(code);
    expect(JSON.parse(json.out())).toMatchObject(
      goes ? { status: 'done' } : { error: true, diagnostics: [{ code: 'interrupted' }] },
    );
  });

  it('does not ask with --yes', async () => {
    const { methods, asked } = confirmable();
    const context = fakeContext({ workspace: workspace(methods) });
    expect(await run(['apply', '--yes'], context)).toBe(0);
    expect(asked()).toBe(true);
    expect(context.err()).toBe('');
  });

  it.each([
    [['--skip-backfill'], '--skip-backfill cannot be given with a saved plan'],
    [['--empty', '--allow-destructive'], '--empty and --allow-destructive cannot be given with a saved plan'],
    [
      ['--forward-only', '--effective-from', '2025-01-01'],
      '--forward-only and --effective-from cannot be given with a saved plan',
    ],
  ] as const)('a saved plan takes no %s: it holds what it was made with', async (options, message) => {
    const c = fakeContext({ workspace: workspace(), cwd: folder });
    writeFileSync(join(folder, 'with-options.json'), '{}');
    expect(await run(['apply', 'with-options.json', '--yes', ...options], c)).toBe(1);
    expect(c.err()).toContain(message);
  });

  it('takes the options of a plan, and refuses those that contradict each other', async () => {
    let given: unknown;
    const methods = workspace({
      plan: async (_, options) => {
        given = options;
        return todo;
      },
    });
    const c = fakeContext({ workspace: methods, cwd: folder });
    const options = ['--forward-only', '--effective-from', '2025-01-03', '--allow-destructive'];
    expect(await run(['plan', 'dev', ...options], c)).toBe(0);
    expect(given).toEqual({ forwardOnly: true, effectiveFrom: Date.UTC(2025, 0, 3), allowDestructive: true });
    expect(c.err()).toContain(
      '`sluice apply dev --forward-only --effective-from 2025-01-03 --allow-destructive` does this.',
    );
    expect(await run(['plan', '--empty'], c)).toBe(0);
    expect(given).toEqual({ backfill: 'empty' });
    expect(await run(['plan', '--explain', '--full'], c)).toBe(0);
    expect(given).toEqual({ explain: 'full' });
    expect(await run(['plan', '--explain'], c)).toBe(0);
    expect(given).toEqual({ explain: 'short' });
    expect(await run(['plan', '--empty', '--skip-backfill'], c)).toBe(1);
    expect(c.err()).toContain('--skip-backfill and --empty are given together');
  });

  it('does a saved plan', async () => {
    let given: string | undefined;
    const methods = workspace({
      plan: async () => todo,
      applyPlan: async (text) => {
        given = text;
        return answer(applied());
      },
    });
    const saving = fakeContext({ workspace: methods, cwd: folder });
    expect(await run(['plan', '-o', 'plan.json'], saving)).toBe(0);
    expect(saving.err()).toContain('`sluice apply plan.json` does just this');
    const context = fakeContext({ workspace: methods, cwd: folder });
    expect(await run(['apply', 'plan.json', '--yes'], context)).toBe(0);
    expect(JSON.parse(given ?? '')).toEqual(todo.document);
  });
});

describe('interrupts', () => {
  it('stops cleanly at first, at once the second time', async () => {
    let interrupts = 0;
    const context = fakeContext({
      workspace: workspace({
        apply: async () => {
          context.interrupt();
          expect(context.stops()).toBe(0);
          context.interrupt();
          expect(context.stops()).toBe(1);
          return answer(applied({ status: 'interrupted' }));
        },
        interrupt: () => void interrupts++,
      }),
    });
    expect(await run(['apply', '--yes'], context)).toBe(130);
    expect(interrupts).toBe(1);
    expect(context.err()).toContain('Press Ctrl-C again to stop at once');
    context.interrupt();
    expect(interrupts).toBe(1);
  });
});

describe('unexpected errors', () => {
  it('are said without a stack trace', async () => {
    const c = failingContext({});
    expect(await run(['plan'], c)).toBe(1);
    expect(c.err()).toContain('error[internal]: this was not expected: x is not a function');
    expect(c.err()).not.toContain('.ts:');
    expect(c.out()).toBe('');
  });

  it('show it with SLUICE_DEBUG=1', async () => {
    const c = failingContext({ SLUICE_DEBUG: '1' });
    await run(['plan', '--json'], c);
    expect(c.err()).toContain('TypeError: x is not a function\n    at ');
    expect(JSON.parse(c.out())).toMatchObject({ diagnostics: [{ code: 'internal' }] });
  });
});

describe('init', () => {
  it('writes a project once', async () => {
    const context = fakeContext({ cwd: folder });
    expect(await run(['init', 'My Shop'], context)).toBe(0);
    expect(readFileSync(join(folder, 'My Shop', 'project.yaml'), 'utf8')).toContain('name: my_shop\n');
    expect(context.out()).toContain("cd 'My Shop'\n");
    const again = fakeContext({ cwd: folder });
    expect(await run(['init', 'My Shop'], again)).toBe(1);
    expect(again.err()).toContain('nothing was written: project.yaml, .gitignore');
  });
});

describe('output', () => {
  it('prints rows as a table, CSV or JSON', async () => {
    const document = {
      schema_version: 1,
      columns: [
        { name: 'name', type: 'VARCHAR' },
        { name: 'n', type: 'BIGINT' },
      ],
      rows: [
        { name: 'a "b", c', n: 1 },
        { name: null, n: 12 },
        { name: '', n: null },
      ],
    } as const;
    const printed = async (...more: string[]): Promise<string> => {
      const context = fakeContext({ workspace: workspace({ query: async () => answer(document) }) });
      expect(await run(['query', 'FROM x', ...more], context)).toBe(0);
      expect(context.err()).toBe('');
      return context.out();
    };
    expect(await printed()).toBe(
      'name         n\n────────  ────\na "b", c     1\nNULL        12\n          NULL\n(3 rows)\n',
    );
    expect(await printed('--format', 'csv')).toBe('name,n\n"a ""b"", c",1\n,12\n"",\n');
    expect(JSON.parse(await printed('--format', 'json'))).toEqual(document);
    expect(JSON.parse(await printed('--json'))).toEqual(document);
  });

  it('prints decimals with all their digits', async () => {
    const document = {
      schema_version: 1,
      columns: [{ name: 'd', type: 'DECIMAL(10,2)' }],
      rows: [{ d: 6.3 }, { d: '12345678901234567890.10' }, { d: null }],
    } as const;
    const methods = workspace({ query: async () => answer(document) });
    const context = fakeContext({ workspace: methods });
    await run(['query', 'FROM x', '--format', 'csv'], context);
    expect(context.out()).toBe('d\n6.30\n12345678901234567890.10\n\n');
  });

  it('prints the schema', async () => {
    const context = fakeContext();
    expect(await run(['schema'], context)).toBe(0);
    expect(context.out()).toBe('{\n  "type": "object"\n}\n');
  });
});
