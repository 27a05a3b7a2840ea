/**
 * How much memory a warehouse may take when nobody says so. DuckDB itself takes 80 % of the machine, whatever else runs there;
 * on a machine with other work that ends with the kernel killing someone. So Sluice asks what is free now: of the machine, and of
 * every cgroup (container, service) that this process is in, where memory that only holds files counts as free.
 */
import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** Bytes. */
interface MachineMemory {
  readonly total: number;
  readonly free: number;
}

type ReadFile = (path: string) => string | undefined;

const GB = 1024 ** 3;
const SHARE_OF_FREE = 0.7;
const MOST_OF_TOTAL = 0.8;
/** Less than that is of no use to a join, so it is taken also where little is free. */
const AT_LEAST = GB;

/** Bytes: 70 % of what is free, but 1 GiB (of small machines half), and never more than DuckDB would take. */
export function memoryShare({ total, free }: MachineMemory): number {
  const least = Math.min(AT_LEAST, total / 2);
  return Math.floor(Math.min(total * MOST_OF_TOTAL, Math.max(free * SHARE_OF_FREE, least)));
}

/** What this process could take now. */
export function machineMemory(read: ReadFile = readText): MachineMemory {
  const machine = linuxMemory(read) ?? { total: totalmem(), free: freemem() };
  return groups(read).reduce(
    (tightest, g) => ({
      total: Math.min(tightest.total, g.total),
      free: Math.min(tightest.free, g.free),
    }),
    machine,
  );
}

function linuxMemory(read: ReadFile): MachineMemory | undefined {
  const text = read('/proc/meminfo');
  const total = kilobytes(text, 'MemTotal');
  const free = kilobytes(text, 'MemAvailable');
  return total === undefined || free === undefined ? undefined : { total, free };
}

function kilobytes(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(String.raw`^${name}:\s+(\d+) kB$`, 'm').exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

/** Every cgroup with a limit, from the process's own up to the root. */
function groups(read: ReadFile): readonly MachineMemory[] {
  const own = read('/proc/self/cgroup') ?? '';
  return own.split('\n').flatMap((line) => {
    const [id, controllers, path] = line.split(':');
    if (path === undefined) return [];
    // In a container the path may be the host's, while its own group is mounted as the root: then only the root is there.
    if (id === '0') return upwards(path).flatMap((at) => version2(read, `/sys/fs/cgroup${at}`));
    if (controllers?.split(',').includes('memory') !== true) return [];
    return upwards(path).flatMap((at) => version1(read, `/sys/fs/cgroup/memory${at}`));
  });
}

/** `/a/b` → `/a/b`, `/a`, and the root as an empty text. */
function upwards(path: string): readonly string[] {
  const found: string[] = [];
  for (let at = path; at !== '/' && at !== '.' && at !== ''; at = dirname(at)) found.push(at);
  return [...found, ''];
}

function version2(read: ReadFile, folder: string): readonly MachineMemory[] {
  return limited(
    read(`${folder}/memory.max`),
    read(`${folder}/memory.current`),
    read(`${folder}/memory.stat`),
    /^(?:inactive_file|active_file) (\d+)$/gm,
  );
}

function version1(read: ReadFile, folder: string): readonly MachineMemory[] {
  return limited(
    read(`${folder}/memory.limit_in_bytes`),
    read(`${folder}/memory.usage_in_bytes`),
    read(`${folder}/memory.stat`),
    /^(?:total_inactive_file|total_active_file) (\d+)$/gm,
  );
}

function limited(
  limit: string | undefined,
  used: string | undefined,
  stat: string | undefined,
  files: RegExp,
): readonly MachineMemory[] {
  // No limit is `max`, or a number beyond any machine's; the machine's own is smaller then.
  const total = Number(limit ?? 'none');
  const taken = Number(used ?? 'none');
  if (!Number.isFinite(total) || !Number.isFinite(taken) || total <= 0) return [];
  const reclaimable = [...(stat ?? '').matchAll(files)].reduce((sum, m) => sum + Number(m[1]), 0);
  return [{ total, free: Math.max(0, Math.min(total, total - taken + reclaimable)) }];
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
