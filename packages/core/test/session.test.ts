/**
 * A session answers what a compilation from nothing answers, after any edits: broken and mended files, models renamed,
 * moved, added and deleted, settings, macros, audits and data files changed. Random edits of a small project; after each
 * batch both are compared in all they say.
 *
 * SLUICE_TEST_SESSIONS: how many (4). SLUICE_TEST_SEED: that of the first, the next has the next.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Compiled } from '../src/compile/index.ts';
import { SluiceError } from '../src/diagnostic/index.ts';
import { compileProject } from '../src/workspace/compile-project.ts';
import { CompileSession } from '../src/workspace/compile-session.ts';
import { OpenProject } from '../src/workspace/open-project.ts';

const SESSIONS = Number(process.env['SLUICE_TEST_SESSIONS'] ?? 4);
const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? 20260101);
const BATCHES = 25;

test(
  `a session answers what a compilation from nothing answers (${SESSIONS} sessions, seed ${SEED})`,
  { timeout: 60_000 + SESSIONS * 60_000 },
  async () => {
    const tally = new Map<string, number>();
    for (let seed = SEED; seed < SEED + SESSIONS; seed++) await live(seed, tally);
    // Neither all right nor all wrong: a property of nothing would hold as well.
    expect(tally.get('without errors') ?? 0, JSON.stringify([...tally])).toBeGreaterThan(SESSIONS * 3);
    expect(tally.get('with errors') ?? 0, JSON.stringify([...tally])).toBeGreaterThan(SESSIONS * 3);
  },
);

async function live(seed: number, tally: Map<string, number>): Promise<void> {
  const dice = diceOf(seed);
  const root = mkdtempSync(join(tmpdir(), 'sluice-session-'));
  const session = new CompileSession(root);
  const project = new EditedProject(root, dice);
  try {
    const history: string[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      if (batch > 0) for (let n = 1 + dice(3); n > 0; n--) history.push(project.edit());
      const [known, fresh] = [await said(() => session.compile()), await said(() => fromNothing(root))];
      expect(known, `seed ${seed}, after ${history.slice(-8).join('; ')}`).toEqual(fresh);
      const outcome = fresh.hasErrors ? 'with errors' : 'without errors';
      tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
      // Long breaks have no use; but now and then all is mended, so that there is something to break.
      if (batch % 6 === 5) history.push(project.mend());
    }
  } finally {
    await session.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Without memory, without cache, with a binder of its own. */
async function fromNothing(root: string): Promise<{ readonly compiled: Compiled }> {
  const opened = new OpenProject({ root, cache: false });
  try {
    const { project, diagnostics } = await opened.load();
    return await compileProject(opened, project, diagnostics);
  } finally {
    opened.close();
  }
}

interface Said {
  readonly hasErrors: boolean;
  readonly diagnostics: readonly unknown[];
  readonly nodes: readonly unknown[];
  readonly broken: readonly string[];
}

async function said(answer: () => Promise<{ readonly compiled: Compiled }>): Promise<Said> {
  try {
    const { nodes, broken, diagnostics } = (await answer()).compiled;
    return {
      hasErrors: diagnostics.some((d) => d.severity === 'error'),
      diagnostics,
      broken: [...broken].toSorted(),
      nodes: [...nodes.values()].map((node) => {
        if (node.node === 'source') return { ...node, definition: node.definition.name };
        const { sql, columns, version, meaning, lineage, reads, clockDependent, auditIdentity, audits } =
          node;
        return {
          name: node.name,
          path: node.definition.path,
          kind: node.definition.kind.kind,
          dependencies: node.dependencies.toSorted(),
          audits: audits.map((a) => [a.audit.name, a.audit.severity, a.dependencies.toSorted()]),
          sql,
          columns,
          version,
          meaning,
          lineage,
          reads,
          clockDependent,
          auditIdentity,
        };
      }),
    };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { hasErrors: true, diagnostics: error.diagnostics, nodes: [], broken: [] };
  }
}

type Dice = (sides: number) => number;

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const KINDS = ['FULL', 'VIEW', 'EMBEDDED', 'INCREMENTAL_BY_TIME_RANGE (time_column t)'] as const;
const HEADERS = [
  '',
  ', audits (not_null(columns := (x)))',
  ', audits (relationships(column := x, to := m.a, field := x))',
  ', audits (bigger(than := 1))',
  ", cron '@hourly'",
  ', columns (t TIMESTAMP, k VARCHAR, x BIGINT)',
] as const;
const EXPRESSIONS = [
  's.x',
  's.x + 1',
  'length(s.k)',
  "@VAR('n') + s.x",
  's.x * 2',
  '@twice(s.x)',
  'twice_(s.x)',
] as const;

/** A folder, and what somebody does to it. */
class EditedProject {
  readonly #root: string;
  readonly #dice: Dice;
  readonly #good = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  constructor(root: string, dice: Dice) {
    this.#root = root;
    this.#dice = dice;
    this.#keep('project.yaml', settings('BIGINT', 1));
    this.#keep('data/raw.csv', 't,k,x\n2024-01-01,a,1\n');
    this.#keep('data/found.csv', 't,k,x\n2024-01-01 00:00:00,a,1\n');
    this.#keep('seeds/s.csv', 't,k,x\n2024-01-01 00:00:00,a,1\n');
    this.#keep('models/m/seed.sql', "MODEL (name m.seed, kind SEED (path '../../seeds/s.csv'));\n");
    this.#keep('audits/bigger.sql', 'AUDIT (name bigger);\nSELECT * FROM @this_model WHERE x > @than\n');
    // With macros of the project's own a session goes other ways.
    if (dice(3) === 0) this.#keep('macros/own.sql', 'CREATE MACRO twice_(v) AS v * 2;\n');
    if (dice(3) === 0) this.#keep('macros/own.ts', 'export const twice = (v: string) => `(${v}) * 2`;\n');
    for (const [i, name] of NAMES.entries()) this.#keep(`models/m/${name}.sql`, this.#model(name, i, true));
  }

  /** Does something, and says what. */
  edit(): string {
    const act = this.#pick([
      () => this.#write(this.#modelPath(), this.#model(this.#pick(NAMES), NAMES.length, false)),
      () => this.#rewrite(),
      () => this.#rewrite(),
      () => this.#append('\n-- a comment'),
      () => this.#replace('SELECT', 'SELECT ('),
      () => this.#replace('s.x', 's.no_such'),
      () => this.#replace('FROM m.', 'FROM m.no_such_'),
      () => this.#replace(');', ';'),
      () => this.#replace('kind', 'kindd'),
      () => this.#replace(' AS x', '::VARCHAR AS x'),
      () => this.#replace(' AS x', ''),
      () => this.#replace('SELECT ', 'SELECT @STAR(m.a), '),
      () => this.#replace('m.', 'M.'),
      () => this.#add(),
      () => this.#remove(this.#modelPath()),
      () => this.#rename(),
      () => this.#write('project.yaml', settings(this.#pick(['BIGINT', 'INTEGER', 'NOPE']), this.#dice(3))),
      () => this.#write('project.yaml', `${settings('BIGINT', 1)}\ndefaults: { cron: '@hourly' }\n`),
      () => this.#write('project.yaml', this.#pick(['name: [', 'name: t\nnope: 1\n', 'name: bare\n'])),
      () =>
        this.#write(
          'audits/bigger.sql',
          `AUDIT (name bigger);\nSELECT * FROM ${this.#pick(['@this_model', 'm.b', 'm.gone'])} WHERE x > @than\n`,
        ),
      () => this.#remove('audits/bigger.sql'),
      () => this.#write('macros/own.sql', `CREATE MACRO twice_(v) AS v * ${1 + this.#dice(3)};\n`),
      () =>
        this.#write(
          'macros/own.ts',
          `export const twice = (v: string) => \`(\${v}) * ${1 + this.#dice(3)}\`;\n`,
        ),
      () => this.#remove(`macros/own.${this.#pick(['sql', 'ts'])}`),
      () =>
        this.#write(
          'data/found.csv',
          this.#pick(['t,k,x\n2024-01-01,a,b\n', 't,k,y\n2024-01-01 00:00:00,a,1\n']),
        ),
      () => this.#remove(this.#pick(['data/found.csv', 'data/raw.csv', 'seeds/s.csv'])),
      () => this.#write('seeds/s.csv', `t,k,x\n2024-01-01 00:00:00,b,${this.#dice(100)}\n`),
      () => this.mend(),
    ]);
    return act();
  }

  /** All as it was when it was right. */
  mend(): string {
    for (const path of this.#texts.keys()) if (!this.#good.has(path)) this.#remove(path);
    for (const [path, text] of this.#good) if (this.#texts.get(path) !== text) this.#write(path, text);
    return 'mend all';
  }

  #keep(path: string, text: string): void {
    this.#good.set(path, text);
    this.#write(path, text);
  }

  #model(name: string, before: number, isGood: boolean): string {
    const inputs = ['raw.raw', 'raw.found', 'm.seed', ...NAMES.slice(0, before).map((n) => `m.${n}`)];
    const from = this.#pick(inputs);
    const kind = this.#pick(KINDS);
    const expression = this.#pick(isGood ? EXPRESSIONS.slice(0, 5) : EXPRESSIONS);
    const header = isGood && before === 0 ? '' : this.#pick(isGood ? HEADERS.slice(0, 2) : HEADERS);
    const where = kind.startsWith('INC') ? '\nWHERE s.t BETWEEN @start_ts AND @end_ts' : '';
    const join = this.#dice(3) === 0 ? `\nJOIN ${this.#pick(inputs)} AS o USING (k)` : '';
    return `MODEL (name m.${name}, kind ${kind}${header});\n\nSELECT s.t::TIMESTAMP AS t, s.k, ${expression} AS x\nFROM ${from} AS s${join}${where}\n`;
  }

  #rewrite(): string {
    const at = this.#dice(NAMES.length);
    const name = NAMES[at] ?? 'a';
    return this.#write(`models/m/${name}.sql`, this.#model(name, at, this.#dice(3) > 0));
  }

  #add(): string {
    const name = `n${this.#dice(4)}`;
    return this.#write(`models/m/${name}.sql`, this.#model(name, NAMES.length, true));
  }

  #rename(): string {
    const from = this.#modelPath();
    const text = this.#texts.get(from);
    if (text === undefined) return 'nothing';
    this.#remove(from);
    return `${this.#write(from.replace('.sql', '_moved.sql'), text)} moved`;
  }

  #replace(what: string, by: string): string {
    const path = this.#modelPath();
    const text = this.#texts.get(path) ?? '';
    return `${this.#write(path, text.replace(what, by))}: ${what} → ${by}`;
  }

  #append(text: string): string {
    const path = this.#modelPath();
    return this.#write(path, (this.#texts.get(path) ?? '') + text);
  }

  #modelPath(): string {
    const paths = [...this.#texts.keys()].filter((p) => p.startsWith('models/'));
    return paths.length === 0 ? 'models/m/a.sql' : this.#pick(paths);
  }

  /** As editors save: in place, or as a whole by renaming. */
  #write(path: string, text: string): string {
    const file = join(this.#root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (this.#dice(2) === 0) writeFileSync(file, text);
    else {
      writeFileSync(`${file}.tmp~`, text);
      renameSync(`${file}.tmp~`, file);
    }
    this.#texts.set(path, text);
    return `write ${path}`;
  }

  #remove(path: string): string {
    rmSync(join(this.#root, path), { force: true });
    this.#texts.delete(path);
    return `remove ${path}`;
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#dice(from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}

function settings(type: string, n: number): string {
  return `name: t
start: 2024-01-01
variables: { n: ${n} }
sources:
  raw:
    raw: { file: data/raw.csv, columns: { t: TIMESTAMP, k: VARCHAR, x: ${type} } }
    found: { file: data/found.csv }
`;
}

/** Numbers from 0, the same for the same seed. */
function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}
