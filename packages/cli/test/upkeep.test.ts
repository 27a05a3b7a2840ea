/** Commands that show what they would do, ask, and do it; and how their documents read. */
import { diagnostic, SluiceError, type UpkeepDocument, type UpkeepOptions } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { renderUpkeep } from '../src/render/upkeep.ts';
import { run } from '../src/run.ts';
import { PLAIN } from '../src/render/style.ts';
import { answer, fakeContext, workspace } from './fakes.ts';

const PLANNED: UpkeepDocument = {
  schema_version: 1,
  kind: 'rollback',
  environment: 'prod',
  status: 'planned',
  run: null,
  sequence: 3,
  from: { environment: 'prod', sequence: 1 },
  models: [
    {
      model: 'marts.daily',
      change: 'changed',
      reasons: [{ code: 'column_removed', message: 'kept: removed', column: 'kept' }],
      columns: { added: [], removed: [{ name: 'kept', type: 'BIGINT' }], retyped: [] },
      before: 'sluice__marts.daily__b',
      after: 'sluice__marts.daily__a',
    },
  ],
  virtual_updates: [],
  behind: [{ model: 'marts.daily', inputs: ['raw.orders'] }],
  steps: [
    { what: 'environment view', action: 'point', name: 'marts.daily', reason: 'as promotion 1 showed it' },
    { what: 'record', action: 'create', name: 'promotion 3 of prod', reason: 'back to promotion 1' },
  ],
  summary: 'Roll prod back to promotion 1: 1 model changes, nothing is built.',
};
const DONE: UpkeepDocument = {
  ...PLANNED,
  status: 'done',
  run: 'r',
  summary: 'prod shows promotion 1 again.',
};

interface Asked {
  options?: UpkeepOptions & { readonly to?: number };
}

function context(asked: Asked, answers?: readonly (string | undefined)[]): ReturnType<typeof fakeContext> {
  return fakeContext({
    ...(answers === undefined ? {} : { answers }),
    workspace: workspace({
      rollback: async (_environment, options) => {
        asked.options = options ?? {};
        if (options?.dryRun === true) return answer(PLANNED);
        if (options?.confirm !== undefined && !(await options.confirm(PLANNED)))
          throw new SluiceError(diagnostic('interrupted', 'nothing was changed'));
        return answer(DONE);
      },
    }),
  });
}

function checking(findings: number): ReturnType<typeof fakeContext> {
  return fakeContext({
    workspace: workspace({
      checkState: async () =>
        answer({
          schema_version: 1,
          status: findings === 0 ? 'sound' : 'unsound',
          findings: Array.from({ length: findings }, () => ({
            problem: 'view-missing',
            name: 'marts.daily',
            environment: 'prod',
            message: 'the view marts.daily of prod is gone',
            repair: 'make the view again',
          })),
          environments: 1,
          relations: 7,
          repair: null,
          summary: 'As it is.',
        }),
    }),
  });
}

describe('what asks first', () => {
  it('shows, asks, and says once what was done', async () => {
    const asked: Asked = {};
    const c = context(asked, ['y']);
    expect(await run(['rollback', '--to', '1'], c)).toBe(0);
    expect(asked.options?.to).toBe(1);
    expect(c.err()).toContain('Roll prod back? [y/N] ');
    expect(c.out()).toBe(`${renderUpkeep(PLANNED, PLAIN)}✓ prod shows promotion 1 again.\n`);
  });

  it.each([
    [['n'], 1],
    [[''], 1],
    [[undefined], 130],
  ] as const)('does nothing without a yes: %j', async (answers, code) => {
    const c = context({}, answers);
    expect(await run(['rollback'], c)).toBe(code);
    expect(c.err()).toContain('Nothing was changed.');
    expect(c.out()).not.toContain('✓');
  });

  it('says a no as JSON where JSON is asked for', async () => {
    const c = context({}, ['n']);
    expect(await run(['rollback', '--json'], c)).toBe(1);
    expect(JSON.parse(c.out())).toMatchObject({ error: true, diagnostics: [{ code: 'interrupted' }] });
  });

  it('does not ask with --yes, and does nothing with --dry-run', async () => {
    const yes = context({});
    expect(await run(['rollback', '--yes'], yes)).toBe(0);
    expect(yes.out()).toContain('✓ prod shows promotion 1 again.');
    const dry = context({});
    expect(await run(['rollback', '--dry-run', '--json'], dry)).toBe(0);
    expect(JSON.parse(dry.out())).toEqual(PLANNED);
  });

  it.each([['rollback'], ['promote', 'dev'], ['gc'], ['env', 'drop', 'dev'], ['state', 'check', '--repair']])(
    '%s refuses where nobody can be asked',
    async (...line) => {
      const c = fakeContext();
      expect(await run(line, c)).toBe(1);
      expect(c.err()).toContain('nothing was changed: there is no terminal to ask for a yes');
      expect(c.opened).toEqual([]);
    },
  );

  it('passes on what went wrong', async () => {
    const c = fakeContext({
      workspace: workspace({
        promote: async () => {
          throw new SluiceError(diagnostic('promotion-incomplete', 'dev is not complete for prod'));
        },
      }),
    });
    expect(await run(['promote', 'dev', '--yes'], c)).toBe(1);
    expect(c.err()).toContain('error[promotion-incomplete]: dev is not complete for prod');
  });
});

describe('upkeep', () => {
  it('names models, and not their views again', () => {
    expect(renderUpkeep(PLANNED, PLAIN)).toBe(`~ marts.daily
    kept: removed

older than their inputs: marts.daily (raw.orders)

Roll prod back to promotion 1: 1 model changes, nothing is built.
`);
  });

  it('names what is dropped, forgotten and left', () => {
    const gc: UpkeepDocument = {
      ...PLANNED,
      kind: 'gc',
      models: [],
      behind: [],
      steps: [
        { what: 'environment view', action: 'keep', name: 'marts__dev.mine', reason: 'not ours' },
        { what: 'table', action: 'drop', name: 'sluice__marts.daily__a', reason: 'nobody uses it' },
        { what: 'record', action: 'forget', name: '2 runs', reason: 'older than 90 days' },
      ],
      summary: 'Drop 1 physical table or view.',
    };
    expect(renderUpkeep(gc, PLAIN)).toBe(`! leave view marts__dev.mine  not ours
- drop table sluice__marts.daily__a  nobody uses it
· forget 2 runs  older than 90 days

Drop 1 physical table or view.
`);
  });
});

describe('state check', () => {
  it('exits with 1 as long as something is not as it should be', async () => {
    const [sound, unsound] = [checking(0), checking(1)];
    expect(await run(['state', 'check'], sound)).toBe(0);
    expect(sound.out()).toBe('✓ As it is.\n');
    expect(await run(['state', 'check'], unsound)).toBe(1);
    expect(unsound.out()).toBe(
      '✗ the view marts.daily of prod is gone\n    repair: make the view again\n\nAs it is.\n',
    );
  });
});
