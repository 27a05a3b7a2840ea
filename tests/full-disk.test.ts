/**
 * A disk that is full, or read-only: each command says so with a code, a place and a remedy, exits with 1, and nothing is lost: the
 * state is in order, and once there is room the same command brings everything about. Where no disk may be mounted the tests are
 * skipped.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMAND } from '../packages/cli/test/command.ts';
import { openWorkspace } from '../packages/core/src/index.ts';
import { ORDERS } from '../packages/core/test/support/orders.ts';
import { TestProject, type ProjectOptions } from '../packages/core/test/support/project.ts';
import { canMount, SmallDisk } from './support/small-disk.ts';

const [node, command] = COMMAND;

const BIG =
  'MODEL (name m.big, kind FULL);\nSELECT range AS id, md5(range::VARCHAR) AS s FROM range(30000)\n';

interface Said {
  readonly code: number | null;
  readonly document: {
    readonly status?: string;
    readonly findings?: readonly unknown[];
    readonly results?: readonly { readonly model: string; readonly status: string }[];
    readonly diagnostics?: readonly {
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
    }[];
  };
}

function sluice(project: TestProject, ...args: readonly string[]): Said {
  const done = spawnSync(node, [command, ...args, '--json', '--now', '2024-02-01'], {
    cwd: project.root,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (done.stdout === '') throw new Error(done.stderr);
  return { code: done.status, document: JSON.parse(done.stdout) as Said['document'] };
}

/** The warehouse on a disk of its own. */
function onDisk(more: Readonly<Record<string, string>> = {}, options: ProjectOptions = {}): TestProject {
  const files = {
    ...ORDERS,
    ...more,
    'project.yaml': `warehouse: { path: disk/w.duckdb }\n${ORDERS['project.yaml']}`,
  };
  return new TestProject(files, options);
}

/** What was rolled back, as it was told. */
function rolledBack({ document }: Said): readonly string[] {
  return (document.diagnostics ?? []).flatMap((d) => /; (.+) was rolled back/.exec(d.message)?.[1] ?? []);
}

function expectToConverge(project: TestProject): void {
  expect(sluice(project, 'state', 'check').document.findings ?? []).toEqual([]);
  expect(sluice(project, 'apply', '--yes')).toMatchObject({ code: 0, document: { status: 'done' } });
  expect(sluice(project, 'state', 'check')).toMatchObject({ code: 0, document: { findings: [] } });
  expect(sluice(project, 'apply', '--yes').document.status).toBe('nothing-to-do');
}

describe.skipIf(!canMount())('a full disk', () => {
  // Too small for the file's head; for the state's tables; for the state of a run; for one of the tables.
  test.each([4, 16, 24, 300])('of %i kB, with a new warehouse on it', async (kilobytes) => {
    await using project = onDisk({ 'models/m/big.sql': BIG });
    using disk = new SmallDisk(project.path('disk'), kilobytes);
    const said = sluice(project, 'apply', '--yes');
    const { code, document } = said;
    expect(code).toBe(1);
    expect(rolledBack(said), 'each is told once').toEqual([...new Set(rolledBack(said))]);
    // Which of them finds no room, and which is not begun for that, is a matter of bytes.
    const codes = new Set(document.diagnostics?.map((d) => d.code));
    codes.delete('upstream-broken');
    expect([...codes]).toEqual(['disk-full']);
    expect(document.diagnostics?.[0]?.message).toMatch(/^the disk is full at .*w\.duckdb/);
    expect(document.diagnostics?.[0]?.hint).toContain('Free some space');
    disk.grow(50_000);
    if (readdirSync(project.path('disk')).length === 0) {
      expect(sluice(project, 'apply', '--yes')).toMatchObject({ code: 0, document: { status: 'done' } });
    } else expectToConverge(project);
  });

  test('that fills while an environment stands', async () => {
    await using project = onDisk();
    using disk = new SmallDisk(project.path('disk'), 50_000);
    expect(sluice(project, 'apply', '--yes').code).toBe(0);
    const query = ['query', 'FROM marts.monthly ORDER BY ALL'];
    const before = sluice(project, ...query);
    project.append('data/orders.csv', '5,2024-01-30 12:00:00,ann,5.00,late\n');
    project.write('models/m/big.sql', BIG);
    disk.leave(300);
    const said = sluice(project, 'apply', '--yes');
    const { code, document } = said;
    expect([code, document.status]).toEqual([1, 'failed']);
    expect(rolledBack(said).length, 'something was rolled back').toBeGreaterThan(0);
    expect(rolledBack(said), 'each is told once').toEqual([...new Set(rolledBack(said))]);
    expect(document.diagnostics?.map((d) => d.code)).toContain('disk-full');
    const then = sluice(project, ...query);
    disk.grow(50_000);
    expectToConverge(project);
    const fresh = new TestProject({ ...ORDERS, 'data/orders.csv': project.read('data/orders.csv') });
    await using _ = fresh;
    sluice(fresh, 'apply', '--yes');
    const after = sluice(fresh, ...query);
    expect(sluice(project, ...query)).toEqual(after);
    expect([before, after], 'before or after, never between').toContainEqual(then);
  });

  test('that fills while a model is built is told once, though the history finds no room either', async () => {
    const small: { disk?: SmallDisk } = {};
    await using project = onDisk(
      { 'models/m/big.sql': BIG },
      {
        observer: (event) => {
          if (event.kind === 'model-started' && event.model === 'm.big') small.disk?.leave(0);
        },
      },
    );
    using disk = new SmallDisk(project.path('disk'), 50_000);
    small.disk = disk;
    const { document } = await (await project.workspace()).apply('prod');
    const said = document.diagnostics.map((d) => d.message);
    expect(said.filter((m) => m.endsWith('m.big was rolled back')).length, said.join('\n')).toBe(1);
    expect(said.filter((m) => m.includes('history'))).toEqual([]);
    disk.grow(50_000);
    expectToConverge(project);
  });

  test('for what does not fit into memory', async () => {
    await using project = new TestProject({
      'project.yaml':
        'name: large\nstart: 2024-01-01\nwarehouse: { memory_limit: 100MB, threads: 2, temp_directory: disk }\n',
      'models/m/a.sql': `MODEL (name m.a, kind FULL);
SELECT range AS id, md5(range::VARCHAR) || md5((range + 1)::VARCHAR) AS s FROM range(1500000)
`,
      'models/m/joined.sql': `MODEL (name m.joined, kind FULL);
SELECT x.id, x.s, y.s AS t FROM m.a AS x JOIN m.a AS y ON x.s = y.s
`,
    });
    using disk = new SmallDisk(project.path('disk'), 20_000);
    const { code, document } = sluice(project, 'apply', '--yes');
    expect([code, document.results?.map((r) => `${r.model} ${r.status}`)]).toEqual([
      1,
      ['m.a done', 'm.joined failed'],
    ]);
    expect(document.diagnostics).toMatchObject([
      { code: 'disk-full', message: expect.stringContaining('does not fit into memory') as unknown },
    ]);
    expect(readdirSync(project.path('disk'))).toEqual([]);
    disk.grow(900_000);
    expectToConverge(project);
  });

  test('for a saved plan, and for the state: what was there stays, and nothing half is left', async () => {
    await using project = new TestProject(ORDERS);
    sluice(project, 'apply', '--yes');
    project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
    using _disk = new SmallDisk(project.path('out'), 8);
    for (const args of [
      ['plan', '-o', 'out/plan.json'],
      ['state', 'export', 'out/state.ndjson'],
    ]) {
      const file = project.path(args[2] ?? '');
      writeFileSync(file, 'before');
      writeFileSync(project.path('out/filler'), 'x'.repeat(4000));
      const { code, document } = sluice(project, ...args);
      expect([code, document.diagnostics?.map((d) => d.code)], args.join(' ')).toEqual([1, ['disk-full']]);
      expect(document.diagnostics?.[0]?.message).toContain(`was not written to '${args[2]}'`);
      expect(readFileSync(file, 'utf8')).toBe('before');
      expect(readdirSync(project.path('out')).length).toBe(2);
      rmSync(file);
    }
  });

  test('for the cache: everything is answered as without one', async () => {
    await using project = new TestProject(ORDERS);
    mkdirSync(project.path('.sluice'), { recursive: true });
    const compile = async (): Promise<string> => {
      const workspace = await openWorkspace({ root: project.root, cache: true });
      const { document } = await workspace.compile();
      await workspace.close();
      return JSON.stringify(document);
    };
    const before = await compile();
    rmSync(project.path('.sluice/cache'), { recursive: true, force: true });
    using disk = new SmallDisk(project.path('.sluice/cache'), 8);
    expect(await compile()).toBe(before);
    disk.forbidWriting();
    expect(await compile()).toBe(before);
  });
});

describe.skipIf(!canMount())('a read-only disk', () => {
  test('is read as ever; what would write says why not', async () => {
    await using project = onDisk();
    using disk = new SmallDisk(project.path('disk'), 50_000);
    sluice(project, 'apply', '--yes');
    project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
    disk.forbidWriting();
    expect(sluice(project, 'plan')).toMatchObject({ code: 0 });
    for (const args of [
      ['apply', '--yes'],
      ['plan', '-o', 'disk/plan.json'],
    ]) {
      const { code, document } = sluice(project, ...args);
      expect([code, document.diagnostics?.map((d) => d.code)]).toEqual([1, ['file-unwritable']]);
      expect(document.diagnostics?.[0]?.message).toContain('its disk is read-only');
      expect(document.diagnostics?.[0]?.hint).toContain('name another place');
    }
    disk.grow(50_000);
    expectToConverge(project);
  });
});
