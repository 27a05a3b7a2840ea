/** Lint for a whole project on disk, with fixes that are tried before they count. */
import { nodeKey, type Binder, type Compiled } from '../compile/index.ts';
import { diagnostic, didYouMean, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { Project, ProjectFiles } from '../project/index.ts';
import { fixedTexts } from './fixes.ts';
import { lint, type LintFinding } from './lint.ts';

/** A project and what the compiler knows of it. */
interface Checked {
  readonly project: Project;
  readonly compiled: Compiled;
  readonly binder: Binder;
}

/** What was found, and the new texts of files that were mended. */
export interface LintResult {
  readonly findings: readonly LintFinding[];
  /** Errors of the project: what does not compile is not linted. */
  readonly errors: readonly Diagnostic[];
  readonly fixed: readonly { readonly path: string; readonly text: string; readonly fixes: number }[];
  /** How many models were looked at. */
  readonly checked: number;
}

/**
 * Lints the named models, or all. With `fix`, a file gets a new text only when every model in it then has the very version
 * it had: a fix never changes what a table holds. Writes nothing itself.
 */
export async function lintProject(
  files: ProjectFiles,
  names: readonly string[],
  fix: boolean,
  compile: (files: ProjectFiles) => Promise<Checked>,
  testedModels: () => ReadonlySet<string>,
): Promise<LintResult> {
  const before = await compile(files);
  const models = selectModels(before.project, names);
  const found = await lintChecked(before, models, testedModels);
  const errors = before.compiled.diagnostics.filter((d) => d.severity !== 'warning');
  const checked = [...models].filter((name) => before.compiled.nodes.has(name)).length;
  let [now, findings] = [before, found];
  const fixed = new Map<string, { readonly path: string; readonly text: string; readonly fixes: number }>();
  // One fix may make room for another: behind a star that is gone, DuckDB's names of expressions are known.
  const passes = fix ? MOST_PASSES : 0;
  for (let pass = 0; pass < passes; pass++) {
    const better = await fixOnce(files, now, findings, fixed, compile);
    if (better === undefined) break;
    now = better;
    findings = await lintChecked(now, models, testedModels);
  }
  return { findings, errors, fixed: [...fixed.values()], checked };
}

const MOST_PASSES = 3;

/** Makes the fixes that keep versions; undefined when there are none. Adds to `fixed`. */
async function fixOnce(
  files: ProjectFiles,
  before: Checked,
  findings: readonly LintFinding[],
  fixed: Map<string, LintResult['fixed'][number]>,
  compile: (files: ProjectFiles) => Promise<Checked>,
): Promise<Checked | undefined> {
  const texts = fixedTexts(findings, (path) => before.project.texts.get(path)?.text);
  if (texts.size === 0) return undefined;
  const soFar = new Map([...fixed].map(([path, { text }]) => [path, text]));
  const tried = await compile(overlay(files, new Map([...soFar, ...texts])));
  const good = new Map([...texts].filter(([path]) => isSame(path, before, tried)));
  if (good.size === 0) return undefined;
  for (const [path, text] of good) {
    const fixes = findings.filter((f) => f.path === path && f.fix !== undefined).length;
    fixed.set(path, { path, text, fixes: fixes + (fixed.get(path)?.fixes ?? 0) });
  }
  return good.size === texts.size ? tried : compile(overlay(files, new Map([...soFar, ...good])));
}

async function lintChecked(
  checked: Checked,
  models: ReadonlySet<string>,
  testedModels: () => ReadonlySet<string>,
): Promise<readonly LintFinding[]> {
  return lint({ ...checked, parse: (texts) => checked.binder.parse(texts), models, testedModels });
}

function overlay(files: ProjectFiles, texts: ReadonlyMap<string, string>): ProjectFiles {
  return { list: (folder) => files.list(folder), read: (path) => texts.get(path) ?? files.read(path) };
}

/** True when the models of a file mean what they meant. */
function isSame(path: string, before: Checked, after: Checked): boolean {
  return before.project.models
    .filter((model) => model.path === path)
    .every((model) => {
      const version = before.compiled.nodes.get(model.name)?.version;
      return version !== undefined && version === after.compiled.nodes.get(model.name)?.version;
    });
}

function selectModels(project: Project, names: readonly string[]): ReadonlySet<string> {
  if (names.length === 0) return new Set(project.models.map((model) => model.name));
  const byKey = new Map([...project.brokenModels, ...project.models].map((m) => [nodeKey(m.name), m.name]));
  const unknown = names.filter((name) => !byKey.has(nodeKey(name)));
  if (unknown.length > 0) {
    throw new SluiceError(
      unknown.map((name) =>
        diagnostic('unknown-model', `there is no model '${name}'`, {
          hint: didYouMean(name, byKey.values()),
        }),
      ),
    );
  }
  return new Set(names.map((name) => byKey.get(nodeKey(name)) ?? name));
}
