// Every script runs this first: a Node that is too old must say so, not fail somewhere later.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Sluice needs Node 22.12 or newer; this is Node ${process.versions.node}.\n` +
      'On most platforms the workspace brings its own Node: run `npx -y pnpm@12.21.0 install` once, and start scripts through pnpm.',
  );
  process.exit(1);
}
