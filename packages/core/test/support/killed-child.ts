/**
 * Applies, promotes, rolls back, drops, collects or replays in a process of its own that can die at any statement:
 * `node killed-child.ts ROOT NOW COMMAND ENVIRONMENT [N]`. From the moment it begins to write it counts what it sends to the warehouse,
 * and ends itself with SIGKILL before the Nth; with N.5 when the Nth has been sent, without waiting for it. Without N it says
 * how many there were.
 */
import { DuckDBConnection } from '@duckdb/node-api';
import { openWorkspace, type Workspace } from '../../src/index.ts';
import { RESTATED } from './restated.ts';

const [root = '', now = '', command = '', environment = '', at = ''] = process.argv.slice(2);
// One task at a time: the same statements in the same order each time.
const workspace = await openWorkspace({ root, now: () => Number(now), jobs: 1 });

let sent = 0;
let counting = false;
const send = DuckDBConnection.prototype.runAndReadAll;
DuckDBConnection.prototype.runAndReadAll = function counted(
  this: DuckDBConnection,
  ...args: Parameters<typeof send>
) {
  if (counting) {
    sent += 1;
    if (sent === Number(at)) process.kill(process.pid, 'SIGKILL');
    if (sent + 0.5 === Number(at)) {
      const running = send.apply(this, args);
      process.kill(process.pid, 'SIGKILL');
      return running;
    }
  }
  return send.apply(this, args);
};

// `replay MODEL FILE`.
const [named = '', target = 'staging.orders', from = `${root}/mended.csv`] = command.split(' ');

const options = {
  confirm: async (): Promise<boolean> => {
    counting = true;
    return true;
  },
};

const COMMANDS: Readonly<
  Record<string, (w: Workspace) => Promise<{ readonly document: { readonly status: string } }>>
> = {
  apply: (w) => w.apply(environment, options),
  restate: (w) => w.apply(environment, { ...options, restate: RESTATED }),
  // Nobody is asked: whatever it sends counts.
  run: (w) => {
    counting = true;
    return w.run(environment);
  },
  promote: (w) => w.promote('dev', options),
  rollback: (w) => w.rollback(environment, options),
  'env-drop': (w) => w.dropEnvironment('dev', options),
  gc: (w) => w.gc(options),
  replay: (w) => {
    counting = true;
    return w.replayQuarantine(target, { environment, from });
  },
  unmend: (w) => w.unmendQuarantine(target, { ...options, from }),
};

const answer = await COMMANDS[named]?.(workspace);
counting = false;
await workspace.close();
process.stdout.write(`${answer?.document.status ?? 'unknown'} ${sent}\n`);
