import { diagnostic, didYouMean, SluiceError, type SourceText } from '../diagnostic/index.ts';
import type { Project } from '../project/index.ts';

/** The files of models and audits that are meant by paths, folders and names; all when nothing is named. */
export function selectFiles(project: Project, targets: readonly string[]): readonly SourceText[] {
  const all = [...project.texts.values()].filter((source) => /\.sql$/i.test(source.path));
  if (targets.length === 0) return all;
  const named = new Map<string, string>();
  for (const { name, path } of [...project.audits, ...project.brokenModels, ...project.models]) {
    named.set(name.toLowerCase(), path);
  }
  const wanted = new Set<string>();
  const unknown: string[] = [];
  for (const target of targets) {
    const path = target.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
    const ofName = named.get(target.toLowerCase());
    const found =
      ofName === undefined
        ? all
            .filter((s) => path === '.' || path === '' || s.path === path || s.path.startsWith(`${path}/`))
            .map((s) => s.path)
        : [ofName];
    if (found.length === 0) unknown.push(target);
    for (const one of found) wanted.add(one);
  }
  if (unknown.length > 0) {
    throw new SluiceError(
      unknown.map((target) =>
        diagnostic('unknown-model', `there is no model, audit or file '${target}'`, {
          hint:
            didYouMean(target, [...named.keys(), ...all.map((s) => s.path)]) ??
            'Name models as schema.model, files as models/schema/model.sql.',
        }),
      ),
    );
  }
  return all.filter((source) => wanted.has(source.path));
}
