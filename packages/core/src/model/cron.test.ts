import { Cron } from 'croner';
import { expect, test } from 'vitest';
import { cronProblem } from './cron.ts';

function accepted(cron: string): boolean {
  try {
    return new Cron(cron, { mode: '5-part', paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}

test('what passes is what the planner can follow', () => {
  for (const cron of [
    '@yearly',
    '@annually',
    '@monthly',
    '@weekly',
    '@daily',
    '@midnight',
    '@hourly',
    '@Daily',
    '* * * * *',
    '*/5 * * * *',
    '0 6 * * *',
    '0 6 * * mon-fri',
    '0 0 1 JAN,jul *',
    '0-30/10 8-18 1,15 * 0',
    '0 0 * * 7',
    '0 0 29 2 *',
    '0 0 30 2 1',
    '5 4  * * sun',
  ]) {
    expect(cronProblem(cron), cron).toBeUndefined();
    expect(accepted(cron), cron).toBe(true);
  }
});

test('what does not pass says why', () => {
  for (const [cron, problem] of [
    ['@dayly', "'@dayly' is not one of @yearly"],
    ['', 'this one has 0'],
    ['* * * *', 'this one has 4'],
    ['* * * * * *', 'this one has 6'],
    ['60 * * * *', "'60' is not a valid minute (0-59)"],
    ['0 24 * * *', "'24' is not a valid hour (0-23)"],
    ['0 0 0 * *', "'0' is not a valid day of month (1-31)"],
    ['0 0 * 13 *', "'13' is not a valid month (1-12)"],
    ['0 0 * * xyz', "'xyz' is not a valid day of week (0-7)"],
    ['*/0 * * * *', "'*/0' is not a valid minute"],
    ['5-1 * * * *', "'5-1' is not a valid minute"],
    ['0 0 31 2,4 *', 'never comes'],
  ] as const) {
    expect(cronProblem(cron), cron).toContain(problem);
    expect(accepted(cron) && !cron.includes('* * * * * *'), cron).toBe(false);
  }
});
