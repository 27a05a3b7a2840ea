import { sortDiagnostics, type Diagnostic } from '../diagnostic/index.ts';
import { mayAwaitColumns } from '../render/index.ts';
import { addSource } from './add-source.ts';
import { earlierResults, keepResults } from './cached-models.ts';
import { carefulPass } from './careful-pass.ts';
import { Compilation } from './compilation.ts';
import type { CompileInput } from './compile-input.ts';
import type { Compiled } from './compiled.ts';
import { bindStandalone } from './bind-standalone.ts';
import { Drafting } from './drafting.ts';
import { quickPass } from './quick-pass.ts';
import { dropSurplus } from './shadow-tables.ts';
import { defineSqlMacros, hasMacros } from './sql-macros.ts';
import { unreadInputs } from './unread-inputs.ts';

/** A compiled project, and whether its result may be kept for later runs. */
export interface CompileResult extends Compiled {
  readonly keepable: boolean;
}

/**
 * Compiles a project: render, parse, order, then bind against empty shadow tables as soon as the inputs are there, and read
 * from the bound plans what each model's columns are, where they come from and what they mean. All errors of all files at
 * once.
 */
export async function compile(input: CompileInput): Promise<CompileResult> {
  const c = new Compilation(input);
  const { project, binder } = input;
  const { sources } = project.config;
  c.diagnostics.push(...(await defineSqlMacros(binder, project.sqlMacros)));
  await dropSurplus(c);
  for (const source of sources) addSource(c, source);
  const withMacros = hasMacros(project);
  const models = new Set(project.models.map((m) => m.name));
  for (const { name } of project.brokenModels) if (!models.has(name)) c.broken.add(name);
  const drafting = new Drafting(c);
  const hasCode = project.macros.size > 0;
  if (hasCode) drafting.of(project.models);
  const found = earlierResults(c, hasCode ? drafting.made : undefined);
  const unknown = project.models.filter((m) => !found.has(m.name));
  // All others are drafted when it is their turn, and DuckDB is at work on those before.
  if (withMacros || unknown.some((m) => mayAwaitColumns(m.source.text))) drafting.of(unknown);
  // A model that waits for columns is never kept, so that it is always among these.
  const awaits = (): boolean => unknown.some((m) => (drafting.made.get(m.name)?.awaited.length ?? 0) > 0);
  const isPlain = !withMacros && !awaits();
  // The careful pass can use what tells its macros' warnings, whatever others wait for.
  const entries = [...found.values()].filter((p) => isPlain || p.earlier?.drafted !== undefined);
  const usable = new Set(entries.map((p) => p.definition.name));
  const others = project.models.filter((m) => !usable.has(m.name));
  if (isPlain) await quickPass(c, others, drafting, entries);
  const drafts = drafting.of(others);
  for (const d of drafts) {
    c.drafted.set(d.definition.name, d.warnings);
    if (d.awaited.length > 0) c.keys.delete(d.definition.name);
  }
  const isKept = isPlain && !awaits();
  const known = new Set([...drafts, ...entries].map((d) => d.definition.name));
  const broken = [...project.models, ...project.brokenModels].map((m) => m.name).filter((n) => !known.has(n));
  for (const d of drafts) if (c.finished.has(d.definition.name)) c.tellFirst(d.definition, d.warnings);
  const left = project.models.filter((m) => !c.finished.has(m.name) && !broken.includes(m.name));
  const reported =
    left.length > 0 ? await carefulPass(c, left, drafts, entries, broken) : (): void => undefined;
  const order = c.order([...sources.map((s) => s.name), ...project.models.map((m) => m.name)]);
  reported();
  keepResults(c, order, isKept);
  const audits = await bindStandalone(c);
  for (const told of c.held.values()) c.diagnostics.push(...told);
  c.diagnostics.push(...unreadInputs(c));
  return {
    nodes: new Map(order.flatMap((name) => c.known.get(name) ?? []).map((k) => [k.node.name, k.node])),
    audits,
    broken: c.broken,
    diagnostics: sortDiagnostics(withoutRepeats(c.diagnostics)),
    keepable: isKept,
  };
}

/** What is wrong with a file that makes several models is said once, unless its models differ in it. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const said = new Set<string>();
  return diagnostics.filter(({ code, message, location, hint, notes }) => {
    if (location === undefined) return true;
    const more = notes.map((n) => [n.message, n.location?.path, n.location?.start]);
    const key = JSON.stringify([code, message, location.path, location.start, location.end, hint, more]);
    return !said.has(key) && said.add(key);
  });
}
