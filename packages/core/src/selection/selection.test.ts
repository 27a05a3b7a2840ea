import { describe, expect, test } from 'vitest';
import { parseSelection, select, type Selectable } from './index.ts';

/** raw.a → staging.a → marts.x → marts.z, staging.b → marts.y → marts.z */
const ALL: readonly Selectable[] = [
  { name: 'raw.a', tags: [], paths: [], dependencies: [] },
  { name: 'staging.a', tags: ['daily'], paths: ['models/staging/a.sql'], dependencies: ['raw.a'] },
  { name: 'staging.b', tags: [], paths: ['models/staging/b.sql'], dependencies: [] },
  { name: 'marts.x', tags: ['finance', 'daily'], paths: ['models/marts/x.sql'], dependencies: ['staging.a'] },
  { name: 'marts.y', tags: ['Finance'], paths: ['models/marts/deep/y.sql'], dependencies: ['staging.b'] },
  { name: 'marts.z', tags: [], paths: ['models/marts/z.sql'], dependencies: ['marts.x', 'marts.y'] },
];

const AROUND = {
  modified: new Set(['staging.b']),
  changedFiles: new Map([
    ['main', new Set(['models/marts/x.sql', 'README.md'])],
    ['HEAD', new Set<string>()],
  ]),
};

function selected(text: string, all = ALL): string {
  const { value: terms, diagnostics } = parseSelection(text);
  if (diagnostics.length > 0)
    return diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint ?? ''}`).join('\n');
  const found = select(terms, all, AROUND);
  return found.diagnostics.length > 0
    ? found.diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint ?? ''}`).join('\n')
    : all
        .filter((s) => found.value.has(s.name))
        .map((s) => s.name)
        .join(' ');
}

describe('names that need quotes', () => {
  const odd: readonly Selectable[] = [
    {
      name: 'my marts.a, "b": c',
      tags: ['a b'],
      paths: ['models/my marts/a.sql'],
      dependencies: ['marts.x'],
    },
    ...ALL,
  ];
  test.each([
    ['"my marts"."a, ""b"": c"', 'my marts.a, "b": c'],
    ['"My Marts.A, ""b"": c" marts.y', 'my marts.a, "b": c marts.y'],
    ['marts.x+ !"my marts"."a, ""b"": c"', 'marts.x marts.z'],
    ['+"my marts".a*', 'my marts.a, "b": c raw.a staging.a marts.x'],
    ['path:"models/my marts"', 'my marts.a, "b": c'],
    ['tag:"a b"', 'my marts.a, "b": c'],
    [
      '"a, ""b"": c"',
      `nothing-selected: nothing is selected by '"a, ""b"": c"' Did you mean '"my marts.a, ""b"": c"'?`,
    ],
  ])('%s', (text, expected) => {
    expect(selected(text, odd)).toBe(expected);
  });
});

describe('what is selected', () => {
  test.each([
    ['marts.x', 'marts.x'],
    ['MARTS.X', 'marts.x'],
    ['marts.x,staging.b', 'staging.b marts.x'],
    [' marts.x  ,\n staging.b ', 'staging.b marts.x'],
    ['marts.*', 'marts.x marts.y marts.z'],
    ['*.a', 'raw.a staging.a'],
    ['marts.{x,z}', 'marts.x marts.z'],
    ['"marts"."x","staging.b"', 'staging.b marts.x'],
    ['marts.[xz]', 'marts.x marts.z'],
    ['+marts.x', 'raw.a staging.a marts.x'],
    ['staging.a+', 'staging.a marts.x marts.z'],
    ['+marts.x+', 'raw.a staging.a marts.x marts.z'],
    ['tag:finance', 'marts.x marts.y'],
    ['tag:d*', 'staging.a marts.x'],
    ['+tag:finance', 'raw.a staging.a staging.b marts.x marts.y'],
    ['path:models/marts', 'marts.x marts.y marts.z'],
    ['path:./models/marts/', 'marts.x marts.y marts.z'],
    ['path:models/marts/*.sql', 'marts.x marts.z'],
    ['path:models/staging/a.sql', 'staging.a'],
    ['state:modified', 'staging.b'],
    ['state:modified+', 'staging.b marts.y marts.z'],
    ['git:main', 'marts.x'],
    ['git:main+', 'marts.x marts.z'],
    ['marts.* !marts.y', 'marts.x marts.z'],
    ['!marts.*', 'raw.a staging.a staging.b'],
    ['marts.* !tag:finance', 'marts.z'],
    ['!staging.a+', 'raw.a staging.b marts.y'],
    ['marts.y !marts.y marts.y', 'nothing-selected'],
    ['git:HEAD', 'nothing-selected'],
    ['git:HEAD marts.x', 'marts.x'],
  ])('%s', (text, expected) => {
    const found = selected(text);
    if (expected === 'nothing-selected') expect(found).toContain(expected);
    else expect(found).toBe(expected);
  });
});

describe('what is refused, and what to do', () => {
  test.each([
    ['', 'invalid-option: the selection is empty'],
    [
      'marts.q',
      "nothing-selected: nothing is selected by 'marts.q' Did you mean 'marts.x', 'marts.y' or 'marts.z'?",
    ],
    ['marts.x marts.zz', "nothing is selected by 'marts.zz' Did you mean"],
    ['x', "Did you mean 'marts.x'?"],
    ['tag:finanse', "Did you mean 'Finance' or 'finance'?"],
    ['path:models/mart', "nothing is selected by 'path:models/mart'"],
    ['marts.* !marts.q', "nothing is selected by '!marts.q'"],
    ['state:new', "there is no state 'new'"],
    ['tags:finance', "models cannot be selected by 'tags' Did you mean 'tag'?"],
    ['+', "'+' selects nothing"],
    ['tag:', "'tag:' selects nothing"],
    ['!', "'!' selects nothing"],
  ])('%s', (text, expected) => expect(selected(text)).toContain(expected));
});
