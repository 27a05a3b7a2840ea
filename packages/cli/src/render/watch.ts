import type { WatchDocument } from '@sluice/core';
import { paint, type Style } from './style.ts';
import { count, enumerate, number } from './words.ts';

/** One line for a compilation of a watch: what changed, how it stands now, and how long it took. `at`: local time. */
export function renderWatch(document: WatchDocument, at: Date, style: Style): string {
  const p = paint(style);
  const { changed_files: files, changed_models: changed, removed_models: removed, milliseconds } = document;
  const errors = document.diagnostics.filter((d) => d.severity === 'error').length;
  const sign = errors > 0 ? p.red('✗') : p.green('✓');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0'));
  const stands =
    errors > 0
      ? `${count(errors, 'error')}, ${document.models === null ? 'nothing' : count(document.models, 'model')} compiled`
      : `${count(document.models ?? 0, 'model')} compiled without errors`;
  const isFirst = files.length === 0;
  const touched = [...changed.map((m) => m.name), ...removed];
  const said = isFirst
    ? 'watching, Ctrl-C ends it'
    : touched.length === 0
      ? 'no model changed'
      : `changed: ${some(touched, 5)}`;
  const whose = isFirst ? '' : `${some(files, 3)}: `;
  return `${sign} ${p.dim(time.join(':'))} ${whose}${stands} in ${milliseconds} ms; ${said}.\n`;
}

/** `a, b and 3 more`. */
function some(names: readonly string[], most: number): string {
  if (names.length <= most) return enumerate(names);
  return enumerate([...names.slice(0, most), `${number(names.length - most)} more`]);
}
