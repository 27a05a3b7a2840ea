// Every benchmark at a size of seconds, for CI: fails when one does not run or its two sides differ, never for slowness.
//
//   node --conditions=sluice-source bench/smoke.ts
import { measureAudits } from './audit.ts';
import { measureCompile } from './compile.ts';
import { measureHeavy } from './heavy.ts';
import { Bundle } from './harness/bundle.ts';
import { print, readArguments } from './harness/report.ts';
import { measureBackfill, measureOneMoreDay } from './intervals.ts';
import { measurePlan } from './plan.ts';
import { measureShop } from './shop.ts';
import { measureStartup } from './startup.ts';
import { measureUnits } from './units.ts';
import { measureWatch } from './watch.ts';

const { json } = readArguments({});
const bundle = Bundle.take();
try {
  print(
    [
      ...(await measureStartup(bundle, 1)),
      ...(await measureCompile(bundle, 30, 1)),
      ...(await measureWatch(bundle, 30, 1, 10)),
      ...(await measurePlan(bundle, 30, 1)),
      ...(await measureUnits(bundle, 20, 1)),
      ...(await measureShop(bundle, 5_000, 1)),
      ...(await measureAudits(
        bundle,
        { transactions: 5_000, checked: 10_000, rows: 10_000, diff: 10_000 },
        1,
      )),
      ...(await measureHeavy(bundle, 2_000, 1)),
      ...(await measureBackfill(bundle, 5, 100, 1)),
      ...(await measureOneMoreDay(bundle, 10_000, 1)),
    ],
    json,
  );
} finally {
  bundle.remove();
}
