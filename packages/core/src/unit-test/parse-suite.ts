/** Reads one file of tests: YAML, then what it says. All that is wrong with a file comes at once, each at its place. */
import {
  diagnostic,
  didYouMean,
  type Diagnostic,
  type Location,
  type SourceText,
} from '../diagnostic/index.ts';
import { parseInstant } from '../model/index.ts';
import { readFixture, rowsOf, type FixtureFiles } from './read-fixture.ts';
import { readYaml } from './read-yaml.ts';
import type { Expectation, TestClock, TestEntry, TestInput, TestValue, UnitTest } from './unit-test.ts';

const DAY = 86_400_000;

const PROPERTIES = ['model', 'description', 'inputs', 'outputs', 'vars', 'gateway', 'schema'];
const INPUT_PROPERTIES = ['rows', 'columns', 'format', 'csv_settings', 'path', 'query'];
const EXPECTATION_PROPERTIES = [
  'rows',
  'format',
  'csv_settings',
  'path',
  'query',
  'partial',
  'ordered',
  'tolerance',
];

/** How rows are compared, when a test says it once for all its expectations. */
type Comparison = Pick<Expectation, 'partial' | 'ordered' | 'tolerance'>;

/** The tests of a file; those with errors are left out. */
export function parseSuite(
  source: SourceText,
  files: FixtureFiles,
  diagnostics: Diagnostic[],
): readonly UnitTest[] {
  const value = readYaml(source, diagnostics);
  if (value === undefined || value.kind === 'null') return [];
  if (value.kind !== 'map') {
    diagnostics.push(
      diagnostic('invalid-test', 'a file of tests is a mapping of names to tests', {
        location: value.location,
        hint: 'Begin with a name: test_revenue: { model: marts.revenue, … }. Data files go elsewhere, or are named by a path: of a test.',
      }),
    );
    return [];
  }
  return value.entries.flatMap((entry) => {
    const found: Diagnostic[] = [];
    const test = new TestReader(source, files, found).read(entry);
    diagnostics.push(...found);
    return test === undefined || found.some((d) => d.severity === 'error') ? [] : [test];
  });
}

class TestReader {
  readonly #source: SourceText;
  readonly #files: FixtureFiles;
  readonly #diagnostics: Diagnostic[];

  constructor(source: SourceText, files: FixtureFiles, diagnostics: Diagnostic[]) {
    this.#source = source;
    this.#files = files;
    this.#diagnostics = diagnostics;
  }

  read({ name, nameLocation, value }: TestEntry): UnitTest | undefined {
    const properties = this.#mapping(value, `the test '${name}'`, PROPERTIES);
    if (properties === undefined) return undefined;
    for (const unused of ['gateway', 'schema']) this.#warnUnused(properties.get(unused));
    const model = this.#text(properties.get('model'), 'model');
    const outputs = properties.get('outputs');
    if (model === undefined && properties.get('model') === undefined)
      this.#wrong(`the test '${name}' does not say its model`, nameLocation, 'Add model: schema.model.');
    if (outputs === undefined)
      this.#wrong(`the test '${name}' expects nothing`, nameLocation, 'Add outputs: { query: … }.');
    const expectations = this.#expectations(outputs);
    const { variables, clock } = this.#variables(properties.get('vars'));
    const inputs = this.#inputs(properties.get('inputs'));
    if (model === undefined) return undefined;
    return {
      name,
      path: this.#source.path,
      location: nameLocation,
      description: this.#text(properties.get('description'), 'description')?.text,
      model: model.text,
      modelLocation: model.location,
      inputs,
      expectations,
      variables,
      clock,
    };
  }

  #inputs(entry: TestEntry | undefined): readonly TestInput[] {
    if (entry === undefined || entry.value.kind === 'null') return [];
    const value = this.#map(entry.value, `'inputs'`);
    return (value?.entries ?? []).flatMap((input): readonly TestInput[] => {
      const base = { name: input.name, location: input.nameLocation };
      if (input.value.kind === 'list' || input.value.kind === 'null') {
        const fixture = rowsOf(input.value, this.#diagnostics);
        return [{ ...base, types: [], fixture }];
      }
      const properties = this.#mapping(input.value, `the input '${input.name}'`, INPUT_PROPERTIES);
      if (properties === undefined) return [];
      const fixture = readFixture(
        properties,
        input.nameLocation,
        this.#source,
        this.#files,
        this.#diagnostics,
      );
      return fixture === undefined
        ? []
        : [{ ...base, types: this.#types(properties.get('columns')), fixture }];
    });
  }

  #types(entry: TestEntry | undefined): TestInput['types'] {
    if (entry === undefined) return [];
    return (this.#map(entry.value, `'columns'`)?.entries ?? []).flatMap((column) => {
      const type = this.#text(column, column.name);
      return type === undefined
        ? []
        : [{ name: column.name, type: type.text, location: column.nameLocation }];
    });
  }

  #expectations(entry: TestEntry | undefined): readonly Expectation[] {
    if (entry === undefined) return [];
    const properties = this.#mapping(entry.value, "'outputs'", [
      'query',
      'ctes',
      'partial',
      'ordered',
      'tolerance',
    ]);
    if (properties === undefined) return [];
    const all = this.#comparison(properties, { partial: false, ordered: false, tolerance: undefined });
    const [query, ctes] = [properties.get('query'), properties.get('ctes')];
    if (query === undefined && ctes === undefined)
      this.#wrong(
        "'outputs' says nothing",
        entry.nameLocation,
        'Add query: or ctes: with the rows expected.',
      );
    const named = ctes === undefined ? [] : (this.#map(ctes.value, "'ctes'")?.entries ?? []);
    return [
      ...named.flatMap((cte) => this.#expectation(cte, cte.name, all)),
      ...(query === undefined ? [] : this.#expectation(query, undefined, all)),
    ];
  }

  #expectation(entry: TestEntry, cte: string | undefined, all: Comparison): readonly Expectation[] {
    const base = { cte, location: entry.nameLocation };
    if (entry.value.kind === 'list' || entry.value.kind === 'null') {
      return [{ ...base, ...all, fixture: rowsOf(entry.value, this.#diagnostics) }];
    }
    const properties = this.#mapping(
      entry.value,
      cte === undefined ? "'query'" : `the CTE '${cte}'`,
      EXPECTATION_PROPERTIES,
    );
    if (properties === undefined) return [];
    const fixture = readFixture(properties, entry.nameLocation, this.#source, this.#files, this.#diagnostics);
    return fixture === undefined ? [] : [{ ...base, ...this.#comparison(properties, all), fixture }];
  }

  #comparison(properties: ReadonlyMap<string, TestEntry>, all: Comparison): Comparison {
    const tolerance = properties.get('tolerance');
    return {
      partial: this.#flag(properties.get('partial')) ?? all.partial,
      ordered: this.#flag(properties.get('ordered')) ?? all.ordered,
      tolerance: tolerance === undefined ? all.tolerance : this.#tolerance(tolerance),
    };
  }

  #tolerance(entry: TestEntry): number | undefined {
    const value = entry.value.kind === 'text' ? Number(entry.value.text) : NaN;
    if (Number.isFinite(value) && value >= 0) return value;
    this.#wrong("'tolerance' is a number, 0 or more", entry.value.location, 'For example tolerance: 0.01.');
    return undefined;
  }

  #flag(entry: TestEntry | undefined): boolean | undefined {
    if (entry === undefined) return undefined;
    const text = entry.value.kind === 'text' ? entry.value.text.toLowerCase() : '';
    if (text !== 'true' && text !== 'false')
      this.#wrong(`'${entry.name}' is true or false`, entry.value.location);
    return text === 'true';
  }

  /** Variables of the project, and the three that set the clock. */
  #variables(entry: TestEntry | undefined): Pick<UnitTest, 'variables' | 'clock'> {
    const variables: UnitTest['variables'][number][] = [];
    const clock: { -readonly [K in keyof TestClock]: TestClock[K] } = {
      start: undefined,
      end: undefined,
      executionTime: undefined,
    };
    if (entry === undefined) return { variables, clock };
    for (const { name, nameLocation, value } of this.#map(entry.value, "'vars'")?.entries ?? []) {
      const key = name.toLowerCase();
      if (key === 'start') clock.start = this.#instant(name, value);
      else if (key === 'execution_time') clock.executionTime = this.#instant(name, value);
      else if (key === 'end') {
        const at = this.#instant(name, value);
        const isDay = value.kind === 'text' && /^\d{4}-\d\d-\d\d$/.test(value.text.trim());
        // A day is meant as a whole, as SQLMesh has it; an instant is the bound itself.
        clock.end = at === undefined ? undefined : isDay ? at + DAY : at;
      } else if (value.kind === 'text' || value.kind === 'null') {
        variables.push({ name, value: value.kind === 'null' ? null : value.scalar, location: nameLocation });
      } else this.#wrong(`the variable '${name}' is one value`, value.location);
    }
    if (clock.start !== undefined && clock.end !== undefined && clock.start >= clock.end)
      this.#wrong("'start' is not before 'end'", entry.nameLocation, 'An end that is a day is included.');
    if (clock.start === undefined && clock.end !== undefined)
      this.#wrong("'end' is given without 'start'", entry.nameLocation, 'Add start: to vars.');
    return { variables, clock };
  }

  #instant(name: string, value: TestValue): number | undefined {
    const at = value.kind === 'text' ? parseInstant(value.text) : undefined;
    if (at === undefined) {
      this.#wrong(
        `'${name}' is a day or an instant`,
        value.location,
        "Write it as 2025-03-31 or '2025-03-31 06:00:00+00:00'; without an offset it is UTC.",
      );
    }
    return at;
  }

  #text(
    entry: TestEntry | undefined,
    name: string,
  ): { readonly text: string; readonly location: Location } | undefined {
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'text') return entry.value;
    this.#wrong(`'${name}' is a text`, entry.value.location);
    return undefined;
  }

  #map(value: TestValue, what: string): Extract<TestValue, { kind: 'map' }> | undefined {
    if (value.kind === 'map') return value;
    this.#wrong(`${what} is a mapping`, value.location);
    return undefined;
  }

  /** The properties of a mapping by name, when it has none but those known. */
  #mapping(
    value: TestValue,
    what: string,
    known: readonly string[],
  ): ReadonlyMap<string, TestEntry> | undefined {
    const map = this.#map(value, what);
    for (const { name, nameLocation } of map?.entries ?? []) {
      if (known.includes(name)) continue;
      this.#wrong(
        `${what} has no property '${name}'`,
        nameLocation,
        didYouMean(name, known) ?? `The properties are ${known.join(', ')}.`,
      );
    }
    return map === undefined ? undefined : new Map(map.entries.map((e) => [e.name, e]));
  }

  #warnUnused(entry: TestEntry | undefined): void {
    if (entry === undefined) return;
    this.#diagnostics.push(
      diagnostic('unused-property', `'${entry.name}' has no effect in Sluice's tests`, {
        location: entry.nameLocation,
        hint: 'Remove it, or keep it for SQLMesh.',
      }),
    );
  }

  #wrong(message: string, location: Location, hint?: string): void {
    this.#diagnostics.push(diagnostic('invalid-test', message, { location, hint }));
  }
}
