#!/usr/bin/env node
/**
 * The `sluice` command's entry. It imports next to nothing, so that `sluice --version` costs little more than Node
 * itself; the rest is loaded behind V8's compile cache. No syntax here may be newer than the Node it has to refuse.
 */
import module from 'node:module';
import { VERSION } from './version.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const first = process.argv[2];

if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`Sluice needs Node 22.12 or newer; this is Node ${process.versions.node}.\n`);
  process.exitCode = 1;
} else if (process.argv.length === 3 && (first === '--version' || first === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  module.enableCompileCache();
  const { start } = await import('./start.ts');
  await start(process.argv.slice(2));
}
