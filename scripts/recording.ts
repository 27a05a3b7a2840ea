/**
 * The session that docs/recording.md shows: real commands in a folder of their own, and what they print. `scripts/record.ts`
 * writes the page; a test holds it against what the commands print today.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../packages/cli/src/main.ts');

interface Scene {
  readonly title: string;
  readonly about: string;
  readonly lines: readonly string[];
}

const SCENES: readonly Scene[] = [
  {
    title: 'Plan',
    about: 'A new project. Nothing was built yet, so the plan makes everything; it writes nothing.',
    lines: ['sluice init shop', 'cd shop', 'sluice plan --now 2025-01-08T06:00Z'],
  },
  {
    title: 'Apply',
    about:
      'Each model is built and audited in a transaction of its own; in the end all views are promoted at once.',
    lines: [
      'sluice apply --yes --jobs 1 --now 2025-01-08T06:00Z',
      'sluice query "FROM marts.daily_revenue ORDER BY ALL LIMIT 3"',
      'sluice apply --yes --now 2025-01-08T06:00Z',
    ],
  },
  {
    title: 'A change',
    about: 'Revenue is to be told in cents. One model means something else now, and one alone is rebuilt.',
    lines: [
      "sed -i.bak 's/sum(revenue) AS revenue/(sum(revenue) * 100)::BIGINT AS revenue/' models/marts/daily_revenue.sql && rm models/marts/*.bak",
      'sluice plan --now 2025-01-08T07:00Z',
      'sluice apply --yes --jobs 1 --now 2025-01-08T07:00Z',
      'sluice query "FROM marts.daily_revenue ORDER BY ALL LIMIT 3"',
    ],
  },
  {
    title: 'An apply that fails',
    about:
      'A row comes that no audit lets through. Its task is rolled back, what stands below is not begun, what is done stays done, and readers see what they saw.',
    lines: [
      "echo '1012,1,2025-01-07 09:00:00,cake,-5.00,paid' >> data/orders.csv",
      'sluice apply --yes --jobs 1 --now 2025-01-08T08:00Z; echo "exit code $?"',
      'sluice query "SELECT order_date, revenue FROM marts.daily_revenue ORDER BY ALL DESC LIMIT 1"',
      'sluice state check',
    ],
  },
  {
    title: 'Resume',
    about: 'The row is mended. The plan knows what is left, and the apply does that and nothing else.',
    lines: [
      "sed -i.bak 's/cake,-5.00/cake,5.00/' data/orders.csv && rm data/*.bak",
      'sluice apply --yes --jobs 1 --now 2025-01-08T09:00Z',
      'sluice query "SELECT order_date, revenue FROM marts.daily_revenue ORDER BY ALL DESC LIMIT 1"',
    ],
  },
  {
    title: 'Roll back',
    about:
      'Cents were a bad idea. The environment shows what it showed before the change; nothing is built for that.',
    lines: [
      'sluice rollback --yes --now 2025-01-08T10:00Z',
      'sluice query "FROM marts.daily_revenue ORDER BY ALL LIMIT 3"',
      'sluice history',
    ],
  },
];

/** Does all of it anew, and answers the page. */
export function record(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-recording-')));
  try {
    let cwd = folder;
    const scenes = SCENES.map(({ title, about, lines }) => {
      const shown = lines.map((line) => {
        if (line.startsWith('cd ')) cwd = join(cwd, line.slice(3));
        return `$ ${line}\n${line.startsWith('cd ') ? '' : run(line, cwd, join(folder, 'output'))}`;
      });
      return `## ${title}\n\n${about}\n\n\`\`\`console\n${shown.join('').replaceAll(folder, '/home/ada')}\`\`\`\n`;
    });
    return `${HEAD}\n${scenes.join('\n')}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEAD = `# A session, recorded

What the commands print, word for word: \`node scripts/record.ts\` has run them and written this page, and a test holds it against
what they print today.
`;

/** One line of the shell; both streams go to one file, in the order they are written. */
function run(line: string, cwd: string, output: string): string {
  const file = openSync(output, 'w');
  const script = `sluice() { "$NODE" --conditions=sluice-source --no-warnings "$MAIN" "$@"; }\n${line}`;
  try {
    spawnSync('bash', ['-c', script], {
      cwd,
      stdio: ['ignore', file, file],
      timeout: 120_000,
      env: { ...process.env, NODE: process.execPath, MAIN, NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
    });
  } finally {
    closeSync(file);
  }
  return readFileSync(output, 'utf8');
}

/** The same for every recording: how long things took, and what runs are called, is not. */
export function comparable(page: string): string {
  return withoutDurations(page).replaceAll(/(\d{8}T\d{6})-[\da-f]{6}/g, '$1-######');
}

/** As they are said of anything that took less than an hour. */
export function withoutDurations(page: string): string {
  return page.replaceAll(/(?:\d+ min )?\d+(?:\.\d+)? s\b/g, '#.## s');
}
