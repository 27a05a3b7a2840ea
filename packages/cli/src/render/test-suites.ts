import type { JUnitCase, JUnitSuite, TestDocument, TestResultDocument } from '@sluice/core';
import { PLAIN } from './style.ts';
import { renderTest } from './tests.ts';

/** Unit tests for JUnit: a suite for each file. */
export function testSuites({ tests }: TestDocument): readonly JUnitSuite[] {
  const paths = [...new Set(tests.map((t) => t.path))];
  return paths.map((path) => ({
    name: path,
    cases: tests
      .filter((t) => t.path === path)
      .map((t) => ({
        name: t.name,
        subject: t.model,
        seconds: t.seconds,
        outcome: outcomeOf(t),
      })),
  }));
}

function outcomeOf(t: TestResultDocument): JUnitCase['outcome'] {
  if (t.status === 'passed') return { kind: 'passed' };
  const errors = t.diagnostics.filter((d) => d.severity === 'error');
  const [message = 'it could not be run'] = errors.map((d) => d.message);
  const said = errors.map((d) => `${d.path ?? t.path}:${d.line ?? t.line}: ${d.message}`);
  return { kind: t.status, message, text: [...said, renderTest(t, PLAIN)].join('\n') };
}
