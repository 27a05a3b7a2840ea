// What one waits for before anything happens: `sluice --version` and `sluice --help`, against Node that does nothing.
//
//   node --conditions=sluice-source bench/startup.ts [--runs 30] [--json]
import { fileURLToPath } from 'node:url';
import { Bundle } from './harness/bundle.ts';
import { usageOf, runChild, type Child } from './harness/child.ts';
import { runPairs } from './harness/pairs.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';

/** What a start may cost, in starts of bare Node. */
const BUDGET = 1.5;

export async function measureStartup(bundle: Bundle, runs: number): Promise<readonly Measurement[]> {
  const bare: Child = { args: ['-e', '0'] };
  const measured: Measurement[] = [];
  for (const [flag, expected] of [
    ['--version', /^\d+\.\d+\.\d+\n$/],
    ['--help', /\bapply\b/],
  ] as const) {
    const child = bundle.command(flag);
    const { stdout } = await runChild(child);
    if (!expected.test(stdout)) throw new Error(`sluice ${flag} says: ${stdout}`);
    measured.push({
      what: `\`sluice ${flag}\``,
      against: '`node -e 0`',
      pairs: await runPairs({ child }, { child: bare }, runs),
      usage: { measured: await usageOf(child), beside: await usageOf(bare) },
      budget: { ratio: BUDGET },
    });
  }
  return measured;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ runs: '30' });
  const [runs = 1] = numbers(values.runs);
  const bundle = Bundle.take();
  try {
    print(await measureStartup(bundle, runs), json);
  } finally {
    bundle.remove();
  }
}
