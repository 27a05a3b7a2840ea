/**
 * Steps of a random history that build nothing: promote, rollback, dropping dev, gc. After each, state, views and tables
 * agree; and an environment is what a build from nothing of the definitions it shows gives, once the data of today are in.
 * The latter is tried in a copy, with these definitions put back into the files: nothing but data may be left to compute.
 */
import { cpSync } from 'node:fs';
import { expect } from 'vitest';
import type { PlanDocument } from '../../../src/index.ts';
import { TestProject } from '../project.ts';
import type { Oracle } from './oracle.ts';
import { filesOf } from './project-files.ts';
import { livesOn, type ProjectSpec } from './project-spec.ts';
import type { Step } from './steps.ts';

export const UPKEEP_STEPS = ['promote', 'rollback', 'drop-dev', 'gc'] as const;

type UpkeepStep = Step & { readonly what: (typeof UPKEEP_STEPS)[number] };

export function isUpkeep(step: Step): step is UpkeepStep {
  return (UPKEEP_STEPS as readonly string[]).includes(step.what);
}

/** Which definitions each promotion was made of. */
export class Definitions {
  readonly #known = new Map<string, ProjectSpec | 'mixed'>();
  readonly #latest = new Map<string, number>();

  /** Notes what came to be shown, by the sequence number of each environment; `spec` is what was in the files; `mixed` where some of it was left out. */
  note(environments: ReadonlyMap<string, number>, spec: ProjectSpec | 'mixed'): void {
    for (const [name, sequence] of environments) {
      if (this.#latest.get(name) === sequence) continue;
      this.#latest.set(name, sequence);
      this.#known.set(`${name} ${sequence}`, spec);
    }
    for (const name of this.#latest.keys()) if (!environments.has(name)) this.#latest.delete(name);
  }

  environments(): readonly string[] {
    return [...this.#latest.keys()];
  }

  of(
    environment: string,
    sequence: number | undefined = this.#latest.get(environment),
  ): ProjectSpec | 'mixed' | undefined {
    return this.#known.get(`${environment} ${sequence ?? 0}`);
  }

  sequence(environment: string): number {
    return this.#latest.get(environment) ?? 0;
  }
}

/** Does a step; answers what came of it. Throws what the command throws. */
export async function upkeepStep(
  project: TestProject,
  spec: ProjectSpec,
  step: UpkeepStep,
  definitions: Definitions,
  oracle: Oracle,
  where: string,
): Promise<string> {
  const w = await project.workspace();
  const names = definitions.environments();
  const note = async (shown: ProjectSpec | 'mixed'): Promise<void> => {
    await oracle.learn(project);
    definitions.note(oracle.sequences, shown);
  };
  const before = names.includes('prod') ? await project.shown('prod') : undefined;
  const status = await (async (): Promise<string> => {
    switch (step.what) {
      case 'promote': {
        const tables = names.length === 0 ? [] : await project.physical();
        const { document } = await w.promote('dev');
        await note(spec);
        expect(await project.shown('prod'), `${where}: prod shows what dev shows`).toEqual(
          await project.shown('dev'),
        );
        expect(await project.physical(), `${where}: nothing is built`).toEqual(tables);
        await expectAsDefined(project, spec, 'prod', definitions, oracle, where);
        return document.status;
      }
      case 'rollback': {
        const environment = step.b % 3 === 0 ? 'dev' : 'prod';
        const to = step.a % 3 > 0 ? undefined : 1 + (step.a % Math.max(1, definitions.sequence(environment)));
        const { document } = await w.rollback(environment, to === undefined ? {} : { to });
        const shown = definitions.of(environment, document.from?.sequence);
        expect(shown, `${where}: goes back to a promotion that was`).toBeDefined();
        await note(shown ?? spec);
        await expectAsDefined(project, spec, environment, definitions, oracle, where);
        return document.status;
      }
      case 'drop-dev': {
        const { document } = await w.dropEnvironment('dev');
        await note(spec);
        expect(
          await project.value(
            String.raw`SELECT count(*) FROM duckdb_views() WHERE schema_name LIKE '%\_\_dev' ESCAPE '\'`,
          ),
          `${where}: no view is left`,
        ).toBe('0');
        return document.status;
      }
      case 'gc': {
        const { document } = await w.gc();
        expect((await w.gc()).document.status, `${where}: a second gc finds nothing`).toBe('nothing-to-do');
        for (const environment of names)
          await expectAsDefined(project, spec, environment, definitions, oracle, where);
        return document.status;
      }
      default:
        return step.what satisfies never;
    }
  })();
  if (before !== undefined && (step.what === 'drop-dev' || step.what === 'gc'))
    expect(await project.shown('prod'), `${where}: prod shows what it showed`).toEqual(before);
  return status;
}

/** Whether state, views and tables agree. */
export async function expectSound(project: TestProject, where: string): Promise<void> {
  const { findings } = (await (await project.workspace()).checkState()).document;
  expect(findings, `${where}: state, views and tables agree`).toEqual([]);
}

async function expectAsDefined(
  project: TestProject,
  spec: ProjectSpec,
  environment: string,
  definitions: Definitions,
  oracle: Oracle,
  where: string,
): Promise<void> {
  const shown = definitions.of(environment);
  if (shown === undefined) throw new Error(`${where}: what ${environment} shows was not noted`);
  if (shown === 'mixed') return;
  // What of the data of today audits hold back, is held back in no copy.
  const files = filesOf({ ...spec, models: shown.models, wide: shown.wide, standalone: [] });
  await using twin = new TestProject({}, { jobs: 2 });
  twin.now = project.now;
  cpSync(project.root, twin.root, { recursive: true, preserveTimestamps: true });
  for (const path of Object.keys(filesOf(spec))) if (files[path] === undefined) twin.remove(path);
  for (const [path, text] of Object.entries(files)) twin.write(path, text);
  // Going back may leave an environment with a living table that prod no longer shows: then that is its own, and all that
  // reads it is made its own.
  const maySplit = environment !== 'prod' && shown.models.some((m) => livesOn(m.kind));
  let work: PlanDocument['actions'] = [];
  const confirm = async (plan: PlanDocument): Promise<boolean> => {
    work = plan.actions.filter((a) => a.action !== 'backfill' && a.action !== 'reaudit');
    return true;
  };
  const applied = await twin.apply(environment, { confirm });
  expect(applied.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  expect(
    (maySplit ? [] : work).map(
      (a) => `${a.model} ${a.action}: ${a.reasons.map((r) => r.message).join(', ')}`,
    ),
    `${where}: ${environment} shows its definitions; only data is left to compute`,
  ).toEqual([]);
  if (!maySplit) expect(applied.promoted, `${where}: ${environment} need not be promoted`).toBe(false);
  const then = { ...spec, models: shown.models, wide: shown.wide };
  await oracle.check(twin, then, environment, undefined, where);
}
