import { expect, test } from 'vitest';
import { machineMemory, memoryShare } from './machine-memory.ts';

const GB = 1024 ** 3;
const MEMINFO = 'MemTotal:       25165824 kB\nMemFree:         1048576 kB\nMemAvailable:   14680064 kB\n';

const files =
  (known: Readonly<Record<string, string>>) =>
  (path: string): string | undefined =>
    ({ '/proc/meminfo': MEMINFO, ...known })[path];

test.each([
  ['24 GB of which 14 are free', { total: 24, free: 14 }, 9.8],
  ['nothing else on the machine: not more than DuckDB would take', { total: 24, free: 24 }, 16.8],
  ['a busy machine: enough to work with', { total: 24, free: 0.5 }, 1],
  ['a small container: half of it', { total: 1, free: 0.2 }, 0.5],
])('%s', (_, { total, free }, share) => {
  expect(memoryShare({ total: total * GB, free: free * GB }) / GB).toBeCloseTo(share, 3);
});

test('what is free is asked of the machine and of every cgroup above, and caches of files count as free', () => {
  expect(machineMemory(files({}))).toEqual({ total: 24 * GB, free: 14 * GB });
  const version2 = files({
    '/proc/self/cgroup': '0::/system.slice/sluice.service\n',
    '/sys/fs/cgroup/system.slice/sluice.service/memory.max': 'max\n',
    '/sys/fs/cgroup/system.slice/sluice.service/memory.current': `${GB}\n`,
    '/sys/fs/cgroup/system.slice/memory.max': `${8 * GB}\n`,
    '/sys/fs/cgroup/system.slice/memory.current': `${7 * GB}\n`,
    '/sys/fs/cgroup/system.slice/memory.stat': `anon ${4 * GB}\ninactive_file ${2 * GB}\nactive_file ${GB}\n`,
  });
  expect(machineMemory(version2)).toEqual({ total: 8 * GB, free: 4 * GB });
  const version1 = files({
    '/proc/self/cgroup': '5:cpu:/x\n4:memory:/docker/of/the/host\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${4 * GB}\n`,
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${3 * GB}\n`,
    '/sys/fs/cgroup/memory/memory.stat': `inactive_file 5\ntotal_inactive_file ${GB}\n`,
  });
  expect(machineMemory(version1)).toEqual({ total: 4 * GB, free: 2 * GB });
  const unlimited = files({
    '/proc/self/cgroup': '4:memory:/\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '4096\n',
  });
  expect(machineMemory(unlimited)).toEqual({ total: 24 * GB, free: 14 * GB });
});

test('this machine has memory', () => {
  const { total, free } = machineMemory();
  expect(free).toBeGreaterThan(0);
  expect(total).toBeGreaterThanOrEqual(free);
});
