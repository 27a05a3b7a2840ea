import { normalize, newest, overlay, whole, ALL_TIME, BEGINNING, END } from '../../time/index.ts';
import type { SourceLoad } from '../../state/state.ts';
import { reason } from '../explain.ts';
import { NOT_ASKED, NOTHING, type Todo, type Walk } from '../walk.ts';

/** A source of files: what of them is to be loaded. */
export function loadWork(walk: Walk, name: string, key: string, exists: boolean): Todo {
  const status = walk.in.files.get(name);
  if (status === undefined) return NOTHING;
  if (!exists || status.status === 'new') {
    if (status.status === 'unchanged') return NOTHING;
    walk.coverage.set(key, whole(walk.next));
    return {
      work: { kind: 'load', files: status.files, changed: [{ start: BEGINNING, end: END }] },
      because: [reason.notComputed()],
    };
  }
  if (isOutdone(walk, name, key)) {
    walk.coverage.set(key, whole(walk.next));
    return {
      work: { kind: 'load', files: status.files, changed: [ALL_TIME] },
      because: [reason.sourceSwitched()],
    };
  }
  const { ranges, pending } = walk.asked.get(name) ?? NOT_ASKED;
  const asked = [...ranges, ...pending];
  if (status.status === 'unchanged' && asked.length === 0) return NOTHING;
  const { files } = status;
  const changed = normalize([...(status.status === 'changed' ? status.changed : []), ...asked]);
  walk.coverage.set(key, overlay(walk.coverage.get(key) ?? [], changed, walk.next));
  const because = status.status === 'changed' ? [reason.filesChanged(files, status.changed)] : [];
  if (asked.length > 0) because.push(reason.restated(ranges.length === 0));
  return { work: { kind: 'load', files, changed }, because };
}

/**
 * Whether the same source was loaded later under another declaration, with other rows: then its readers may hold those
 * rows, and numbers alone would call them newer than what is here.
 */
function isOutdone(walk: Walk, name: string, key: string): boolean {
  const { snapshots, ledger, loads } = walk.in.state;
  const own = loads.get(key);
  const since = newest(ledger.get(key) ?? []);
  for (const [other, snapshot] of snapshots) {
    if (other === key || snapshot.model !== name) continue;
    if (newest(ledger.get(other) ?? []) > since && !isSameLoad(own, loads.get(other))) return true;
  }
  return false;
}

/** Whether two loads hold the same rows. Rows that were rejected under one declaration may be there under another. */
function isSameLoad(one: SourceLoad | undefined, other: SourceLoad | undefined): boolean {
  if (one === undefined || other === undefined || one.rejected > 0 || other.rejected > 0) return false;
  return contentOf(one) === contentOf(other);
}

function contentOf(load: SourceLoad): string {
  return JSON.stringify(load.files.map((f) => [f.path, f.hash]).toSorted());
}
