import { expect, test } from 'vitest';
import { toJUnit } from './junit.ts';

test('counts, and texts that XML has no letters for', () => {
  const xml = toJUnit([
    {
      name: 'tests/a.yaml',
      cases: [
        {
          name: 'one',
          subject: 'm.a',
          seconds: 0.25,
          outcome: { kind: 'passed' },
        },
        {
          name: 'a "b" <c>',
          subject: 'm.a',
          seconds: 1,
          outcome: { kind: 'failed', message: 'x < y\n& z', text: 'ESC \u001b, lone \ud800, 👋 <>' },
        },
        { name: 'three', subject: 'm.b', seconds: 0, outcome: { kind: 'error', message: 'm', text: '' } },
        { name: 'four', subject: 'm.b', seconds: 0, outcome: { kind: 'skipped' } },
      ],
    },
  ]);
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" errors="1" time="1.250">
  <testsuite name="tests/a.yaml" tests="4" failures="1" errors="1" skipped="1" time="1.250">
    <testcase name="one" classname="m.a" time="0.250"/>
    <testcase name="a &quot;b&quot; &lt;c&gt;" classname="m.a" time="1.000">
      <failure message="x &lt; y&#10;&amp; z" type="failed">ESC \ufffd, lone \ufffd, 👋 &lt;&gt;</failure>
    </testcase>
    <testcase name="three" classname="m.b" time="0.000">
      <error message="m" type="error"></error>
    </testcase>
    <testcase name="four" classname="m.b" time="0.000">
      <skipped/>
    </testcase>
  </testsuite>
</testsuites>
`);
});
