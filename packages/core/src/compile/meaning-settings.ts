/**
 * What a query's result comes from besides its text and its inputs, by name. The version has it already, as hashes; this is for
 * telling people which of it changed.
 */
import { digest, remembering } from './meaning/digest.ts';
import type { Compilation } from './compilation.ts';
import type { ParsedModel } from './parse-models.ts';

export function meaningSettings(c: Compilation, m: ParsedModel): Readonly<Record<string, string>> {
  const { variables } = c.input.project.config;
  const text = m.definition.query?.text ?? '';
  const ofDuckDb = settingsByName(c.settings ?? '');
  if (!text.includes('@')) return ofDuckDb;
  const settings: Record<string, string> = { ...ofDuckDb };
  const mentioned = mentionedVariables(text);
  for (const [name, value] of Object.entries(variables))
    // Values may be secret, and what became of them is seen in the SQL.
    if (mentioned.has(name.toLowerCase())) settings[`variable ${name}`] = digest('variable', value);
  return settings;
}

/** The same for all models of a compilation. */
const settingsByName = remembering((given): Readonly<Record<string, string>> => {
  const settings: Record<string, string> = {};
  for (const setting of given.split('; ')) {
    const [, name = '', value = ''] = /^(\w+)[ =](.*)$/.exec(setting) ?? [];
    if (name !== '') settings[name === 'duckdb' ? 'DuckDB' : name] = value;
  }
  return settings;
});

/** `@name`, `@{name}`, and `@VAR('name')`. */
function mentionedVariables(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, name, quoted] of text.matchAll(/@\{?(\w+)(?:\(\s*'(\w+)')?/g)) {
    if (name !== undefined) found.add(name.toLowerCase());
    if (quoted !== undefined) found.add(quoted.toLowerCase());
  }
  return found;
}
