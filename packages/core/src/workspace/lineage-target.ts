import type { Compiled } from '../compile/index.ts';
import { SluiceError } from '../diagnostic/index.ts';
import { findTarget, type Target } from '../lineage/index.ts';

export function lineageTarget(compiled: Compiled, written: string): Target {
  const { value, diagnostics } = findTarget(compiled, written);
  if (value === undefined) throw new SluiceError(diagnostics);
  return value;
}
