/**
 * JUnit XML, the form that continuous integration reads test results in. Elements and attributes are those of the schema of Jenkins
 * and no more: its xUnit plugin refuses files that have others. So a place is said in the text of a failure.
 */

export interface JUnitSuite {
  readonly name: string;
  readonly cases: readonly JUnitCase[];
}

export interface JUnitCase {
  readonly name: string;
  /** What is tested. */
  readonly subject: string;
  readonly seconds: number;
  /** `failed`: not as expected. `error`: it could not be run. */
  readonly outcome:
    | { readonly kind: 'passed' | 'skipped' }
    | { readonly kind: 'failed' | 'error'; readonly message: string; readonly text: string };
}

/** One document for all suites. */
export function toJUnit(suites: readonly JUnitSuite[]): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${counts(
      suites.flatMap((s) => s.cases),
      false,
    )}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite${attribute('name', suite.name)}${counts(suite.cases, true)}>`,
      ...suite.cases.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

/** `testsuites` has no number of those skipped. */
function counts(cases: readonly JUnitCase[], withSkipped: boolean): string {
  const of = (kind: JUnitCase['outcome']['kind']): number =>
    cases.filter((c) => c.outcome.kind === kind).length;
  const seconds = cases.reduce((sum, c) => sum + c.seconds, 0);
  return [
    attribute('tests', cases.length),
    attribute('failures', of('failed')),
    attribute('errors', of('error')),
    ...(withSkipped ? [attribute('skipped', of('skipped'))] : []),
    attribute('time', seconds.toFixed(3)),
  ].join('');
}

function caseLines(c: JUnitCase): readonly string[] {
  const { outcome } = c;
  const open = `    <testcase${[
    attribute('name', c.name),
    attribute('classname', c.subject),
    attribute('time', c.seconds.toFixed(3)),
  ].join('')}`;
  switch (outcome.kind) {
    case 'passed':
      return [`${open}/>`];
    case 'skipped':
      return [`${open}>`, '      <skipped/>', '    </testcase>'];
    case 'failed':
    case 'error': {
      const name = outcome.kind === 'failed' ? 'failure' : 'error';
      return [
        `${open}>`,
        `      <${name}${attribute('message', outcome.message)}${attribute('type', outcome.kind)}>${escape(outcome.text)}</${name}>`,
        '    </testcase>',
      ];
    }
    default:
      return outcome satisfies never;
  }
}

function attribute(name: string, value: string | number): string {
  return ` ${name}="${escape(String(value)).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`;
}

const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex -- XML 1.0 has no place for these, not even as references
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escape(text: string): string {
  return text
    .replaceAll(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
