/**
 * The repository's own workflow runs `sluice ci` on the shop through the action in `ci/github`: its steps as they stand in the
 * file, done in order on this machine. Those of others (checkout, Node, cache) are what their names say.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CiDocument } from '@sluice/core';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openForge, runAction, runStep } from './github-action.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const SHOP = ['project.yaml', 'models', 'audits', 'tests/staging', 'tests/marts', 'data', 'seeds'];

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if?: string;
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const workflow = parse(readFileSync(join(REPOSITORY, '.github/workflows/ci.yml'), 'utf8')) as Workflow;
const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const folder = mkdtempSync(join(tmpdir(), 'sluice-workflow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('pull requests alone are told about, with no more rights than a comment needs', () => {
  expect(Object.keys(workflow.on)).toContain('pull_request');
  expect(workflow.permissions).toEqual({ contents: 'read' });
  const shop = workflow.jobs['shop'];
  expect(shop?.if).toBe("github.event_name == 'pull_request'");
  expect(shop?.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
  expect(workflow.jobs['check']?.steps.some((s) => s.run === '.ci/run')).toBe(true);
});

test(
  'the steps of the shop, done: the base is built, the request compared with it, one comment',
  { timeout: 300_000 },
  async () => {
    const steps = workflow.jobs['shop']?.steps ?? [];
    const env = { PATH: `${npx()}:${process.env['PATH'] ?? ''}` };
    writeFileSync(join(folder, 'event.json'), JSON.stringify({ pull_request: { number: 12 } }));
    writeFileSync(join(folder, 'summary.md'), '');
    const forge = await openForge(true);
    const done: string[] = [];
    try {
      for (const step of steps) {
        if (step.uses === undefined) {
          const cwd = join(folder, step['working-directory'] ?? '.');
          const { code, err } = await runStep(cwd, step.run ?? '', env);
          expect(code, err).toBe(0);
          done.push(step.run ?? '');
        } else if (step.uses.startsWith('actions/checkout@')) {
          const isBase = step.with?.['ref'] === '${{ github.event.pull_request.base.sha }}';
          const place = join(folder, step.with?.['path'] ?? '.');
          for (const part of SHOP) cpSync(join(REPOSITORY, part), join(place, part), { recursive: true });
          if (!isBase)
            edit(
              place,
              'models/marts/revenue_by_country.sql',
              /count\(\*\) AS customers/,
              '1 + count(*) AS customers',
            );
          done.push(isBase ? 'checkout of the base' : 'checkout');
        } else if (step.uses.startsWith('./')) {
          expect(step.uses, 'the action that is tested').toBe('./ci/github');
          const { code, err } = await runAction(folder, forge, step.with ?? {}, env);
          expect(code, err).toBe(0);
          done.push('action');
        } else expect(step.uses).toMatch(/^actions\/setup-node@/);
      }
    } finally {
      forge.server.close();
    }
    expect(done).toEqual(['checkout', 'checkout of the base', expect.stringContaining(' apply '), 'action']);
    const report = readFileSync(join(folder, 'sluice-reports/sluice.json'), 'utf8');
    const document = JSON.parse(report) as CiDocument;
    expect(document).toMatchObject({ project: 'shop', status: 'passed', base: 'prod', base_exists: true });
    expect(document.plan?.actions.map((a) => a.model)).toEqual(['marts.revenue_by_country']);
    expect(document.diff?.models.filter((m) => m.status !== 'same').map((m) => m.model)).toEqual([
      'marts.revenue_by_country',
    ]);
    const markdown = readFileSync(join(folder, 'sluice-reports/sluice.md'), 'utf8');
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe(markdown);
    expect(forge.comments.filter((c) => c.body.includes(markdown))).toHaveLength(1);
  },
);

/** In the place of `npx`: what it would bring is here, under the name of the script that it would run. */
function npx(): string {
  const script = manifest.scripts['sluice'] ?? '';
  const main = script
    .split(' && ')
    .at(-1)
    ?.replace('packages/cli/src/main.ts', `"${join(REPOSITORY, 'packages/cli/src/main.ts')}"`);
  const file = join(folder, 'bin/npx');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `#!/usr/bin/env bash
set -euo pipefail
[ "$1" = -y ] && [[ "$2" == pnpm@* ]] || { echo "npx $* is not what this repository runs" >&2; exit 64; }
shift 2
[ "$1" != --silent ] || shift
[ "$1" = sluice ] || { echo "there is no script $1" >&2; exit 64; }
shift
exec ${main ?? 'false'} "$@"
`,
  );
  chmodSync(file, 0o755);
  return dirname(file);
}

function edit(place: string, path: string, from: RegExp, to: string): void {
  const file = join(place, path);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
}
