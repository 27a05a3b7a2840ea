import { statSync } from 'node:fs';

/** Younger than that, a file may change again without its times telling: there are file systems with steps of two seconds. */
const YOUNG = 2_000;

/** What a file is recognised by; undefined when that would not tell whether it changes. `now`: epoch ms. */
export function fileStamp(path: string, now: number): string | undefined {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return now - Math.max(mtimeMs, ctimeMs) < YOUNG ? undefined : `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return undefined;
  }
}
