/** Watching: each way of saving is seen, what is shown is how things stand, and nothing is left behind. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace, type WatchDocument } from '../src/index.ts';
import { TestProject } from './support/project.ts';

const FILES = {
  'project.yaml': 'name: watched\nstart: 2024-01-01\nsources:\n  raw:\n    rows: { file: data/rows.csv }\n',
  'data/rows.csv': 'id,n\n1,2\n',
  'seeds/s.csv': 'id\n1\n',
  'models/m/a.sql': 'MODEL (name m.a);\nSELECT id, n FROM raw.rows\n',
  'models/m/b.sql': 'MODEL (name m.b);\nSELECT id, n FROM m.a\n',
  'models/m/s.sql': "MODEL (name m.s, kind SEED (path '../../seeds/s.csv'));\n",
} as const;

/** Documents as they come, and how to wait for what they must come to. */
class Seen {
  readonly all: WatchDocument[] = [];
  readonly stands = new Map<string, string>();
  codes: readonly string[] = [];
  #wake: () => void = () => undefined;

  see(document: WatchDocument): void {
    this.all.push(document);
    this.codes = document.diagnostics.map((d) => d.code).toSorted();
    for (const name of document.removed_models) this.stands.delete(name);
    for (const m of document.changed_models)
      this.stands.set(m.name, m.columns.map((c) => `${c.name} ${c.type}`).join(', '));
    this.#wake();
  }

  /** Until the documents so far say this of the models and the errors. */
  async until(models: Readonly<Record<string, string>>, codes: readonly string[] = []): Promise<void> {
    const wanted = JSON.stringify([Object.entries(models).toSorted(), codes.toSorted()]);
    const now = (): string => JSON.stringify([[...this.stands].toSorted(), this.codes]);
    const end = Date.now() + 10_000;
    while (now() !== wanted && Date.now() < end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 100);
      });
    }
    expect(now()).toBe(wanted);
  }
}

const A = 'id BIGINT, n BIGINT';
const GOOD = { 'm.a': A, 'm.b': A, 'm.s': 'id BIGINT' };

async function watching(
  work: (save: (path: string, text: string) => void, seen: Seen, root: string) => Promise<void>,
): Promise<Seen> {
  await using project = new TestProject(FILES);
  const workspace = await openWorkspace({ root: project.root });
  const seen = new Seen();
  const watched = workspace.watch(({ document }) => seen.see(document));
  const save = (path: string, text: string): void => {
    const file = join(project.root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  };
  try {
    await seen.until(GOOD);
    await work(save, seen, project.root);
  } finally {
    workspace.interrupt();
    await watched;
    await workspace.close();
  }
  return seen;
}

const model = (name: string, query: string): string => `MODEL (name ${name});\n${query}\n`;

test('a save in place, an error, and its end', async () => {
  const seen = await watching(async (save, seen) => {
    save('models/m/a.sql', model('m.a', 'SELECT id, n, n + 1 AS more FROM raw.rows'));
    await seen.until({ ...GOOD, 'm.a': `${A}, more BIGINT` });
    save('models/m/a.sql', model('m.a', 'SELECT id, m FROM raw.rows'));
    await seen.until({ 'm.s': 'id BIGINT' }, ['unknown-column', 'upstream-broken']);
    save('models/m/a.sql', FILES['models/m/a.sql']);
    await seen.until(GOOD);
  });
  expect(seen.all[0]?.changed_files).toEqual([]);
  expect(seen.all[1]?.changed_files).toEqual(['models/m/a.sql']);
  // The reader of a column that stayed what it was is not said to have changed.
  expect(seen.all[1]?.changed_models.map((m) => m.name)).toEqual(['m.a']);
});

test('editors save by writing another file and renaming it, with or without the old one gone for a moment', async () => {
  await watching(async (save, seen, root) => {
    const a = join(root, 'models/m/a.sql');
    save('models/m/a.sql.tmp', model('m.a', 'SELECT id, n, 1 AS one FROM raw.rows'));
    renameSync(`${a}.tmp`, a);
    await seen.until({ ...GOOD, 'm.a': `${A}, one INTEGER` });
    const before = seen.all.length;
    renameSync(a, `${a}~`);
    await new Promise((resolve) => setTimeout(resolve, 10));
    save('models/m/a.sql', FILES['models/m/a.sql']);
    await seen.until(GOOD);
    // Nobody is told that the model was gone.
    expect(seen.all.slice(before).flatMap((d) => d.removed_models)).toEqual([]);
  });
});

test('many files at once are one change, or few', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `m.x${i}`);
  const seen = await watching(async (save, seen) => {
    for (const name of names) save(`models/m/${name.slice(2)}.sql`, model(name, 'SELECT id FROM m.a'));
    const added = Object.fromEntries(names.map((name) => [name, 'id BIGINT']));
    await seen.until({ ...GOOD, ...added });
  });
  expect(seen.all.length).toBeLessThan(8);
});

test('files and folders come and go', async () => {
  await watching(async (save, seen, root) => {
    save('models/deep/er/c.sql', model('deep.c', 'SELECT n FROM m.b'));
    await seen.until({ ...GOOD, 'deep.c': 'n BIGINT' });
    renameSync(join(root, 'models/deep/er'), join(root, 'models/deep/down'));
    rmSync(join(root, 'models/m/b.sql'));
    await seen.until({ 'm.a': A, 'm.s': 'id BIGINT' }, ['unknown-table']);
    rmSync(join(root, 'models/deep'), { recursive: true });
    await seen.until({ 'm.a': A, 'm.s': 'id BIGINT' });
  });
});

test('settings, audits, macros, seeds and data count as well', async () => {
  await watching(async (save, seen, root) => {
    save('project.yaml', `${FILES['project.yaml']}oops: [\n`);
    await seen.until(GOOD, ['yaml-syntax']);
    expect(seen.all.at(-1)?.models).toBeNull();
    save('project.yaml', FILES['project.yaml']);
    await seen.until(GOOD);
    save('audits/odd.sql', 'AUDIT (nam odd);\nSELECT 1\n');
    await seen.until(GOOD, ['invalid-name', 'unknown-property']);
    rmSync(join(root, 'audits/odd.sql'));
    await seen.until(GOOD);
    save('macros/more.ts', "export const more = (): string => '3';\n");
    save('models/m/a.sql', model('m.a', 'SELECT id, n, @more() AS three FROM raw.rows'));
    await seen.until({ ...GOOD, 'm.a': `${A}, three INTEGER` });
    save('macros/more.ts', 'export const more = (): string => "\'3\'";\n');
    await seen.until({ ...GOOD, 'm.a': `${A}, three VARCHAR` });
    save('models/m/a.sql', FILES['models/m/a.sql']);
    await seen.until(GOOD);
    save('seeds/s.csv', 'id,name\n1,x\n');
    await seen.until({ ...GOOD, 'm.s': 'id BIGINT, name VARCHAR' });
    save('data/rows.csv', 'id,n\n1,x\n');
    await seen.until({
      'm.a': 'id BIGINT, n VARCHAR',
      'm.b': 'id BIGINT, n VARCHAR',
      'm.s': 'id BIGINT, name VARCHAR',
    });
    rmSync(join(root, 'data/rows.csv'));
    await seen.until({ 'm.s': 'id BIGINT, name VARCHAR' }, ['source-files-missing', 'upstream-broken']);
  });
});

test('what is no part of the project is not looked at', async () => {
  const seen = await watching(async (save, seen) => {
    save('models/m/notes.md', 'x');
    save('models/m/.a.sql.swp', 'x');
    save('node_modules/x/a.sql', 'x');
    save('elsewhere/a.sql', 'x');
    save('.sluice/x.yaml', 'x');
    await new Promise((resolve) => setTimeout(resolve, 200));
    save('models/m/a.sql', model('m.a', 'SELECT id FROM raw.rows'));
    await seen.until({ 'm.a': 'id BIGINT', 'm.s': 'id BIGINT' }, ['unknown-column']);
  });
  expect(seen.all).toHaveLength(2);
});
