/** Every code that compiling can give, by example: the bad one gives it at the marked place and nothing else; the good one does not. */
import { expect, test } from 'vitest';
import { CODES, SluiceError, type Diagnostic } from '../src/index.ts';
import { EXAMPLES, SURROUNDINGS, type Example } from './catalogue.examples.ts';
import { TestProject } from './support/project.ts';

/** Codes that only come up after compiling: selection, plans, the warehouse, execution. */
const LATER = new Set(
  `
    unknown-model unknown-environment invalid-environment-name environment-differs invalid-option nothing-selected restatement-refused forward-only-refused selection-incomplete limits-too-narrow
    plan-unreadable plan-moved plan-tampered warehouse-locked warehouse-unreadable warehouse-missing
    cannot-replay replay-moved promotion-incomplete rollback-impossible destructive-step unknown-run
    state-unreadable state-not-empty state-incomplete
    name-taken disk-full file-unwritable state-newer query-failed out-of-memory duplicate-key schema-change schema-change-refused audit-failed audit-warning source-rejects source-moved source-table-missing
    watch-failed interrupted internal not-formatted config-unused invalid-macro-file invalid-signal
    invalid-test invalid-test-value unread-input unknown-cte unfrozen-clock test-failed test-exists untestable-model
  `
    .trim()
    .split(/\s+/),
);

const plain = (text: string): string => text.replace(/[«»]/g, '');

async function diagnosticsOf(example: Example, text: string | undefined): Promise<readonly Diagnostic[]> {
  const { [example.path]: _, ...rest } = { ...SURROUNDINGS, ...example.beside };
  await using project = new TestProject({
    ...rest,
    ...(text === undefined ? {} : { [example.path]: plain(text) }),
  });
  const workspace = await project.workspace();
  try {
    return (await workspace.compile()).diagnostics;
  } catch (error) {
    if (error instanceof SluiceError) return error.diagnostics;
    throw error;
  }
}

/** `path:start-end`, or `nowhere`. */
function marked({ at, bad, path }: Example): string {
  if (at !== undefined) return at;
  const start = bad?.indexOf('«') ?? -1;
  return bad === undefined || start < 0 ? 'nowhere' : `${path}:${start}-${bad.indexOf('»') - 1}`;
}

test.each(EXAMPLES.map((e) => [e.code, e] as const))('%s', async (code, example) => {
  const bad = await diagnosticsOf(example, example.bad);
  const shown = JSON.stringify(bad.map((d) => [d.code, d.message, d.location]));
  expect(bad.map((d) => d.code).toSorted(), shown).toEqual([code, ...(example.along ?? [])].toSorted());
  const found = bad.find((d) => d.code === code);
  const at = found?.location;
  expect(at === undefined ? 'nowhere' : `${at.path}:${at.start}-${at.end}`, shown).toBe(marked(example));
  expect(found?.severity).toBe(CODES[code]);
  const good = await diagnosticsOf(example, example.good);
  expect(good.filter((d) => d.code === code || d.severity === 'error')).toEqual([]);
});

test('every code that compiling can give has an example', () => {
  const wanted = Object.keys(CODES).filter((code) => !LATER.has(code));
  expect([...new Set(EXAMPLES.map((e) => e.code as string))].toSorted()).toEqual(
    expect.arrayContaining(wanted.toSorted()) as unknown,
  );
});
