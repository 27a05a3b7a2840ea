// Packs the packages, installs them with npm into an empty folder, and does there what a new user would: no repository,
// no workspace, only what was published.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-pack-'));

function run(cwd, command, ...args) {
  console.log(`$ ${command} ${args.join(' ').replaceAll(folder, '.')}`);
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function must(condition, message) {
  if (!condition) throw new Error(message);
}

try {
  for (const name of ['core', 'cli']) {
    run(join(root, 'packages', name), 'npm', 'pack', '--silent', '--pack-destination', folder);
  }
  const tarballs = readdirSync(folder).filter((f) => f.endsWith('.tgz'));
  must(tarballs.length === 2, `expected two packages, found ${tarballs.join(', ')}`);
  run(folder, 'npm', 'init', '-y', '--silent');
  run(folder, 'npm', 'install', '--silent', '--no-audit', '--no-fund', ...tarballs.map((t) => `./${t}`));

  run(folder, 'npx', 'sluice', 'init', 'shop');
  const shop = join(folder, 'shop');
  const applied = JSON.parse(run(shop, 'npx', 'sluice', 'apply', '--yes', '--json'));
  must(applied.status === 'done' && applied.promoted, `apply ended ${applied.status}`);
  const again = JSON.parse(run(shop, 'npx', 'sluice', 'apply', '--yes', '--json'));
  must(again.status === 'nothing-to-do', `a second apply ended ${again.status}`);
  const models = JSON.parse(run(shop, 'npx', 'sluice', 'compile', '--json')).models;
  for (const { name } of models.filter((m) => m.kind !== 'EMBEDDED')) {
    const { rows } = JSON.parse(
      run(shop, 'npx', 'sluice', 'query', `SELECT count(*) AS n FROM ${name}`, '--json'),
    );
    must(rows[0].n > 0, `${name} is empty`);
  }
  const script =
    "import('@sluice/core').then(async (m) => { const w = await m.openWorkspace({ root: 'shop' }); console.log((await w.compile()).document.models.length); await w.close(); })";
  must(
    run(folder, 'node', '-e', script).trim() === String(models.length),
    'the library does not compile the project',
  );
  console.log(`The packages work on their own: ${models.length} models built and queried.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
