/**
 * Audits of no one model in random projects, and who judges them: their queries over what an environment shows, run by the oracle.
 * Sluice is asked for nothing but what it said. What it said last of an audit must be found as long as it says nothing new, so
 * that one which ought to have run and did not is told; and nothing that a blocking one finds may be shown by an apply that came to its end.
 */
import { array, boolean, constantFrom, nat, record, tuple, type Arbitrary } from 'fast-check';
import { expect } from 'vitest';
import type { ApplyDocument } from '../../../src/index.ts';
import type { TestProject } from '../project.ts';
import { expectedRows } from './expected.ts';
import type { Oracle } from './oracle.ts';
import { sourceRows, type ProjectSpec, type StandaloneSpec } from './project-spec.ts';

const SHAPES = ['above', 'unknown', 'more', 'crowded'] as const;

const AUDIT: Arbitrary<Omit<StandaloneSpec, 'name'>> = record({
  shape: nat({ max: SHAPES.length - 1 }),
  over: tuple(nat({ max: 199 }), nat({ max: 199 })),
  isBlocking: boolean(),
  most: constantFrom(0, 0, 2, 5),
});

/** Up to two, for two of three projects. */
export const STANDALONE: Arbitrary<readonly StandaloneSpec[]> = array(AUDIT, { maxLength: 2 }).map((all) =>
  all.map((a, i) => ({ name: `alone${i}`, ...a })),
);

/** What people do to one: it comes, goes, asks something else, or of something else. */
export function changeStandalone(spec: ProjectSpec, a: number, b: number): ProjectSpec {
  const { standalone } = spec;
  const [first] = standalone;
  if (first === undefined || (standalone.length === 1 && b % 4 === 0)) {
    const made = { shape: a % SHAPES.length, over: [a, b], isBlocking: b % 2 === 0, most: b % 3 } as const;
    return { ...spec, standalone: [...standalone, { name: `alone${standalone.length}`, ...made }] };
  }
  if (b % 5 === 0) return { ...spec, standalone: standalone.slice(0, -1) };
  const at = a % standalone.length;
  const edit = (one: StandaloneSpec): StandaloneSpec =>
    b % 3 === 0
      ? { ...one, isBlocking: true }
      : b % 3 === 1
        ? { ...one, over: [a, b] }
        : { ...one, shape: b % SHAPES.length, most: a % 6 };
  return { ...spec, standalone: standalone.map((one, i) => (i === at ? edit(one) : one)) };
}

/** The same audits, none of which stops anything. */
export function warning(spec: ProjectSpec): ProjectSpec {
  return { ...spec, standalone: spec.standalone.map((a) => ({ ...a, isBlocking: false })) };
}

export function standaloneText(spec: ProjectSpec, audit: StandaloneSpec): string {
  const limit = audit.most === 0 ? '' : `, defaults (max_rows = ${audit.most})`;
  return `AUDIT (name ${audit.name}, standalone true, blocking ${String(audit.isBlocking)}${limit});\n${queryOf(spec, audit)}\n`;
}

function namesOf(spec: ProjectSpec): readonly string[] {
  return ['raw.a', 'raw.b', ...spec.models.map((m) => `m.${m.name}`)];
}

function queryOf(spec: ProjectSpec, { shape, over }: StandaloneSpec): string {
  const names = namesOf(spec);
  const [one = '', two = ''] = over.map((i) => names[i % names.length] ?? '');
  switch (SHAPES[shape]) {
    case 'unknown':
      return `SELECT DISTINCT k FROM ${one} WHERE k IS NOT NULL AND k NOT IN (SELECT k FROM ${two} WHERE k IS NOT NULL)`;
    case 'more':
      return `SELECT a.n AS one, b.n AS two FROM (SELECT count(*) AS n FROM ${one}) AS a, (SELECT count(*) AS n FROM ${two}) AS b WHERE a.n > 3 * b.n + 2`;
    case 'crowded':
      return `SELECT CAST(t AS DATE) AS day, count(*) AS n FROM ${one} GROUP BY ALL HAVING count(*) > 3 + (SELECT count(*) FROM ${two} WHERE x > 40)`;
    default:
      return `SELECT k, x FROM ${one} WHERE x > 50 AND x > (SELECT coalesce(min(x), 0) FROM ${two})`;
  }
}

/** Models that blocking audits read: what they found no good is seen by nobody. */
export function judgedModels(spec: ProjectSpec): readonly string[] {
  const texts = spec.standalone.filter((a) => a.isBlocking).map((a) => queryOf(spec, a));
  return spec.models
    .filter((m) => m.kind !== 'EMBEDDED')
    .map((m) => `m.${m.name}`)
    .filter((n) => texts.some((text) => new RegExp(String.raw`\b${n}\b`).test(text)));
}

/** Those that stopped an apply, with how many rows they found; none when it failed for anything else. */
export function stoppedBy({ status, audits, results }: ApplyDocument): ReadonlyMap<string, number> {
  const isOther = status !== 'failed' || results.some((r) => r.status === 'failed');
  return new Map(
    isOther
      ? []
      : audits
          .filter((a) => a.standalone && a.status === 'failed' && a.severity === 'block')
          .map((a) => [a.audit, a.failing_rows]),
  );
}

/** How many rows each finds in what an environment shows; those that read what it does not show are left out. */
async function foundIn(
  project: TestProject,
  spec: ProjectSpec,
  environment: string,
  oracle: Oracle,
): Promise<ReadonlyMap<string, number>> {
  const found = await oracle.ask(project, environment, async (rows, shown) => {
    if (spec.foreign) await rows(`CREATE OR REPLACE VIEW raw.b AS ${sourceRows(spec, 'b')}`);
    for (const [position, model] of spec.models.entries()) {
      if (model.kind !== 'EMBEDDED') continue;
      const should = expectedRows({ spec, model, position, mends: oracle.mendsOf(model.name) }, project.now);
      await rows(`CREATE OR REPLACE VIEW m.${model.name} AS ${should ?? ''}`);
    }
    const embedded = spec.models.filter((m) => m.kind === 'EMBEDDED').map((m) => `m.${m.name}`);
    const known = new Set([...shown.keys(), ...embedded, ...(spec.foreign ? ['raw.b'] : [])]);
    const counts = new Map<string, number>();
    for (const audit of spec.standalone) {
      const query = queryOf(spec, audit);
      if (namesOf(spec).some((n) => !known.has(n) && new RegExp(String.raw`\b${n}\b`).test(query))) continue;
      const [row] = await rows(`SELECT count(*) AS n FROM (${query})`);
      counts.set(audit.name, Number(row?.['n']));
    }
    return counts;
  });
  return found ?? new Map<string, number>();
}

/** What Sluice said last of each audit, by environment. */
export class Verdicts {
  readonly #told = new Map<string, Map<string, { readonly text: string; readonly rows: number }>>();
  readonly #oracle: Oracle;

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  /** What it shows may be anything that was audited somewhere: nothing is known of what was said. */
  forget(environment: string): void {
    this.#told.delete(environment);
  }

  /**
   * After an apply that came to its end, or a promotion (`applied` undefined). `isWhole`: nothing that is due was left out. Answers how many
   * audits were looked at.
   */
  async judge(
    project: TestProject,
    spec: ProjectSpec,
    environment: string,
    applied: ApplyDocument | undefined,
    isWhole: boolean,
    where: string,
  ): Promise<number> {
    if (spec.standalone.length === 0 || !project.hasWarehouse()) return 0;
    const told = this.#told.get(environment) ?? new Map<string, { text: string; rows: number }>();
    const texts = new Map(spec.standalone.map((a) => [a.name, queryOf(spec, a)]));
    for (const a of applied?.audits ?? [])
      told.set(a.audit, { text: texts.get(a.audit) ?? '', rows: a.failing_rows });
    this.#told.set(environment, told);
    const found = await foundIn(project, spec, environment, this.#oracle);
    for (const { name, isBlocking, most } of spec.standalone) {
      const rows = found.get(name);
      if (rows === undefined) continue;
      const about = `${where}, ${environment}: ${name}, ${texts.get(name) ?? ''}`;
      if (isBlocking && isWhole)
        expect(rows, `${about}: what it finds is not shown`).toBeLessThanOrEqual(most);
      const said = told.get(name);
      if (isWhole || applied?.audits.some((a) => a.audit === name) === true)
        if (said?.text === texts.get(name))
          expect(rows, `${about}: what was said of it is so`).toBe(said?.rows);
    }
    return found.size;
  }
}
