/** Reads the values of a header's properties that models and audits have: names, columns, grains, tags. */
import {
  didYouMean,
  isLintRule,
  LINT_RULE_NAMES,
  LINT_LEVELS,
  type LintLevel,
  type LintRuleName,
  type Location,
} from '../diagnostic/index.ts';
import { identifierName } from '../sql/tokens.ts';
import type { Findings, HeaderProperty } from './header.ts';
import { parseHeaderValue } from './header-value.ts';
import type { ModelDefinition } from './model-definition.ts';
import type { TokenRun } from './token-run.ts';

/** `a`, `'a'`, or the text of a dotted name. */
export function parseText(property: HeaderProperty | undefined, findings: Findings): string | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  if (value.kind === 'string' || value.kind === 'name') return value.text;
  findings.add(
    'invalid-property',
    property.value.location,
    `'${property.name}' must be a text in single quotes`,
  );
  return undefined;
}

/** `true` or `false`. */
export function parseFlag(property: HeaderProperty | undefined, findings: Findings): boolean | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  if (value.kind === 'boolean') return value.value;
  findings.add('invalid-property', property.value.location, `'${property.name}' must be true or false`);
  return undefined;
}

/** The items of `(a, b)`, `[a, b]` or of a single value. */
export function listOf(property: HeaderProperty, findings: Findings): readonly TokenRun[] {
  const items = property.value.inner()?.items() ?? [property.value];
  const empty = items.find((item) => item.length === 0);
  if (empty === undefined) return items;
  findings.add(
    'header-syntax',
    property.value.source.locate(empty.end, empty.end + 1),
    `The list of '${property.name}' has a comma too many`,
  );
  return items.filter((item) => item.length > 0);
}

/** Tags: names or texts. */
export function parseTags(property: HeaderProperty | undefined, findings: Findings): readonly string[] {
  if (property === undefined) return [];
  return listOf(property, findings).flatMap((item) => {
    const value = parseHeaderValue(item);
    if (value.kind === 'name' || value.kind === 'string') return [value.text];
    findings.add('invalid-property', item.location, 'A tag is a name or a text in single quotes');
    return [];
  });
}

/** Rules of SQLMesh under the names that Sluice has for them; undefined: Sluice always checks it, or has no such rule. */
const SQLMESH_RULES: Readonly<Record<string, LintRuleName | undefined>> = {
  ambiguousorinvalidcolumn: 'no-ambiguous-columns',
  invalidselectstarexpansion: 'no-select-star',
  nomissingexternalmodels: undefined,
  nomissingowner: undefined,
  nomissingunittest: 'no-missing-tests',
};

/** `ignored_rules (no-select-star, 'alias-expressions')`, or `ignored_rules ALL`; also `noselectstar`, as SQLMesh spells it. */
export function parseIgnoredRules(
  property: HeaderProperty | undefined,
  findings: Findings,
): readonly LintRuleName[] {
  if (property === undefined) return [];
  return listOf(property, findings).flatMap((item) => {
    const value = parseHeaderValue(item);
    const given = (value.kind === 'string' ? value.text : item.text).toLowerCase();
    if (given === 'all') return LINT_RULE_NAMES;
    const plain = given.replaceAll(/[-_ ]/g, '');
    const rule = ruleOf(given) ?? SQLMESH_RULES[plain];
    if (rule !== undefined && isLintRule(rule)) return [rule];
    if (Object.hasOwn(SQLMESH_RULES, plain)) {
      findings.add(
        'unused-property',
        item.location,
        `Sluice has no lint rule '${given}'`,
        'Remove it, or keep it for SQLMesh.',
      );
    } else {
      reportUnknownRule(given, item, findings);
    }
    return [];
  });
}

/** The rule of that name, with or without its dashes. */
function ruleOf(given: string): LintRuleName | undefined {
  const plain = given.toLowerCase().replaceAll(/[-_ ]/g, '');
  return LINT_RULE_NAMES.find((name) => name.replaceAll('-', '') === plain);
}

function reportUnknownRule(given: string, item: TokenRun, findings: Findings): void {
  const hint = didYouMean(given, LINT_RULE_NAMES) ?? `The rules are ${LINT_RULE_NAMES.join(', ')}.`;
  findings.add('invalid-property', item.location, `There is no lint rule '${given}'`, hint);
}

/** `lint (no-select-star := error, layering := off)`: what rules weigh for this model. */
export function parseLintLevels(
  property: HeaderProperty | undefined,
  findings: Findings,
): ReadonlyMap<LintRuleName, LintLevel> {
  const levels = new Map<LintRuleName, LintLevel>();
  if (property === undefined) return levels;
  for (const item of listOf(property, findings)) {
    const [written, given, rest] = item.text.split(/:?=/);
    const name = written?.trim() ?? '';
    const rule = ruleOf(name);
    const level = LINT_LEVELS.find((known) => known === given?.trim().toLowerCase());
    if (rule === undefined) reportUnknownRule(name, item, findings);
    else if (level === undefined || rest !== undefined)
      findings.add(
        'invalid-property',
        item.location,
        `'${item.text}' does not say what the rule weighs`,
        `Write ${rule} := error, ${rule} := warn or ${rule} := off.`,
      );
    else if (levels.has(rule))
      findings.add(
        'invalid-property',
        item.location,
        `The rule '${rule}' is set twice`,
        'Keep one of the two.',
      );
    else levels.set(rule, level);
  }
  return levels;
}

/** `grain a`, `grain (a, b)`: one combination of columns. `grains (a, (b, c))`: several. */
export function parseGrains(
  property: HeaderProperty | undefined,
  findings: Findings,
): readonly (readonly string[])[] {
  if (property === undefined) return [];
  const several = property.name === 'grains';
  const grains = several ? listOf(property, findings) : [property.value];
  return grains.flatMap((grain) => {
    const columns = grain.inner()?.items() ?? [grain];
    const names = columns.flatMap((column) =>
      column.length === 1 && column.isName(0) ? [identifierName(column.text)] : [],
    );
    if (names.length === columns.length && names.length > 0) return [names];
    findings.add('invalid-property', grain.location, 'A grain is a column, or several in parentheses');
    return [];
  });
}

/** `depends_on (staging.orders, 'raw.customers')`. Catalogs are left out: there is one warehouse. */
export function parseDependsOn(
  property: HeaderProperty | undefined,
  findings: Findings,
): ModelDefinition['dependsOn'] {
  if (property === undefined) return [];
  return listOf(property, findings).flatMap((item) => {
    const value = parseHeaderValue(item);
    const isName = item.nameLength() === item.length;
    const parts =
      value.kind === 'string' ? value.text.split('.') : isName ? item.nameParts(0, item.length) : [];
    const [table, schema = ''] = parts.toReversed();
    if (table !== undefined && table !== '') return [{ schema, table, location: item.location }];
    findings.add(
      'invalid-property',
      item.location,
      "'depends_on' lists names of models and sources",
      'Write them as schema.table.',
    );
    return [];
  });
}

/** `columns (a INT, b DECIMAL(10,2))`. */
export function parseColumns(
  property: HeaderProperty | undefined,
  findings: Findings,
): ModelDefinition['columns'] {
  if (property === undefined) return undefined;
  const columns = new Map<
    string,
    { readonly name: string; readonly type: string; readonly location: Location }
  >();
  for (const item of listOf(property, findings)) {
    if (!item.isName(0) || item.length < 2) {
      findings.add(
        'invalid-property',
        item.location,
        `'${item.text}' is not a column with its type`,
        'Write name TYPE.',
      );
      continue;
    }
    const name = identifierName(item.textAt(0));
    const first = columns.get(name.toLowerCase());
    if (first === undefined) {
      columns.set(name.toLowerCase(), { name, type: item.slice(1).text, location: item.location });
      continue;
    }
    findings.add(
      'invalid-property',
      item.locationAt(0),
      `The column '${name}' is declared twice`,
      undefined,
      [{ message: `'${first.name}' is declared here first`, location: first.location }],
    );
  }
  return [...columns.values()];
}

/** `column_descriptions (a = 'text')`. */
export function parseColumnDescriptions(
  property: HeaderProperty | undefined,
  findings: Findings,
): Readonly<Record<string, string>> {
  if (property === undefined) return {};
  const descriptions: [string, string][] = [];
  for (const item of listOf(property, findings)) {
    const length = item.nameLength();
    const assigned = length > 0 && (item.is(length, '=') || item.is(length, ':='));
    const value = parseHeaderValue(item.slice(length + 1));
    if (assigned && value.kind === 'string')
      descriptions.push([item.nameParts(0, length).join('.'), value.text]);
    else
      findings.add(
        'invalid-property',
        item.location,
        `Expected a column and its description`,
        `Write name = 'text'.`,
      );
  }
  return Object.fromEntries(descriptions);
}
