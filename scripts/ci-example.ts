/**
 * The example in docs/ci.md: a branch of the shop that changes one column of a staging model, and all that `sluice ci` made of it.
 * `scripts/record.ts` writes it into the page; a test holds it against what the command makes today.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutDurations } from './recording.ts';

const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'packages/cli/src/main.ts');
const PARTS = ['project.yaml', 'models', 'audits', 'macros', 'tests', 'seeds', 'data'];
const NOW = ['--now', '2026-01-02T06:00Z', '--jobs', '1'];

/** Where the example begins in the page, of which it is the last section. */
const TITLE = '## An example: a discount that is rounded down\n';

const BRANCH = {
  file: 'models/staging/transactions.sql',
  before: '    ELSE CAST(round(gross_revenue * (1 - discount_rate), 2) AS DECIMAL(12, 2))\n',
  after: '    ELSE CAST(floor(gross_revenue * (1 - discount_rate)) AS DECIMAL(12, 2))\n',
  rest: '   END AS net_revenue\n',
};

const REPORTS = ['--markdown', 'out/sluice.md', '--junit', 'out/junit.xml', '--sarif', 'out/sluice.sarif'];

/** The page with its example made anew. */
export function withCiExample(page: string): string {
  const at = page.indexOf(TITLE);
  if (at < 0) throw new Error(`docs/ci.md has no section '${TITLE.trim()}'`);
  return `${page.slice(0, at)}${TITLE}\n${ciExample()}`;
}

function ciExample(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-ci-example-')));
  const shop = join(folder, 'shop');
  const read = (name: string): string =>
    readFileSync(join(shop, 'out', name), 'utf8').replaceAll(folder, '/home/ada');
  try {
    for (const part of PARTS) {
      try {
        cpSync(join(ROOT, part), join(shop, part), { recursive: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    sluice(shop, 0, 'apply', '--yes', ...NOW);
    const file = join(shop, BRANCH.file);
    const text = readFileSync(file, 'utf8');
    if (!text.includes(BRANCH.before)) throw new Error(`${BRANCH.file} is not what the branch changes`);
    writeFileSync(file, text.replace(BRANCH.before, BRANCH.after));
    const options = ['--format', 'github', '--samples', '2', ...REPORTS];
    const log = sluice(shop, 1, 'ci', ...options, '--env', 'pr_12', ...NOW);
    const annotations = log.split('\n').filter((line) => line.startsWith('::'));
    return [
      'A branch of the shop changes one column of `staging.transactions`, and forgets the test that holds it. Below is all that',
      '`sluice ci` made of it, word for word: `node scripts/record.ts` has run it and written this, and a test holds it against what is',
      'made today.\n',
      block('diff', `-${BRANCH.before}+${BRANCH.after} ${BRANCH.rest.slice(1)}`),
      block('sh', `sluice ci ${options.join(' ')}\n`),
      'The annotations:\n',
      block('', `${annotations.join('\n')}\n`),
      'The end of the log:\n',
      block('', log.slice(log.indexOf('Downstream\n'))),
      'The Markdown:\n',
      block('markdown', read('sluice.md')),
      'The JUnit:\n',
      block('xml', read('junit.xml')),
      'The SARIF:\n',
      block('json', read('sluice.sarif')),
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\`\`\`\n`;
}

/** What it prints; a clean environment, so that it is no matter where the example is made. */
function sluice(cwd: string, code: number, ...args: readonly string[]): string {
  const done = spawnSync(process.execPath, ['--conditions=sluice-source', '--no-warnings', MAIN, ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(?:GITHUB|GITLAB|CI|SLUICE)(?:_|$)/.test(name)),
      ),
      NO_COLOR: '1',
      LC_ALL: 'C.UTF-8',
    },
  });
  if (done.status !== code)
    throw new Error(`sluice ${args.join(' ')} ended with ${done.status}:\n${done.stderr}`);
  return done.stdout;
}

/** The same for every making: how long things took is not, nor which tables were built faster, nor which bad rows were found first. */
export function comparableExample(page: string): string {
  const text = withoutDurations(page)
    .replaceAll(/(?<= time=")\d+\.\d{3}/g, '#.###')
    .replaceAll(/(?<=^\| (?:⚠️|❌) \| <code>.* \| [\d,]+ of [\d,]+ \| ).*(?= \|$)/gm, '…');
  return text.replaceAll(/(?:^\| .* \| #\.## s \|\n)+/gm, (rows) => rows.split('\n').toSorted().join('\n'));
}
