import { diagnostic, didYouMean, type Diagnostic, type Outcome } from '../diagnostic/index.ts';
import type { AuditCall, AuditDefinition, AuditSeverity, HeaderValue } from '../model/index.ts';
import { COMMON_PARAMETERS, libraryAudit, libraryNames } from './library.ts';
import { Arguments, type AuditArgument, type AuditParameter } from './library/library-audit.ts';

/** What an audit puts up with; undefined: nothing. Both must hold where both are given. */
export interface AuditTolerance {
  readonly maxRows: number | undefined;
  /** Of the audited rows, 0 to 1. */
  readonly maxShare: number | undefined;
}

/** An audit as a model calls it: found, with its arguments by name. */
export interface ResolvedAudit {
  readonly name: string;
  readonly call: AuditCall;
  readonly severity: AuditSeverity;
  /** How much may be bad before it fails. */
  readonly tolerance: AuditTolerance;
  /** The project's definition; undefined for audits of the library. */
  readonly definition: AuditDefinition | undefined;
  /** Lower-case parameter name → argument. */
  readonly arguments: ReadonlyMap<string, AuditArgument>;
}

/** Finds what a call means: the project's audits first, then the library. `_non_blocking` at the end of a name warns. */
export function resolveAudit(
  call: AuditCall,
  definitions: ReadonlyMap<string, AuditDefinition>,
): Outcome<ResolvedAudit | undefined> {
  const wanted = call.name.toLowerCase();
  const base = wanted.replace(/_non_blocking$/, '');
  const definition = definitions.get(wanted) ?? definitions.get(base);
  const library = definition === undefined ? libraryAudit(base) : undefined;
  if (definition?.standalone === true && call.location !== definition.nameLocation)
    return calledAlone(call, definition);
  if (definition === undefined && library === undefined) {
    return {
      value: undefined,
      diagnostics: [
        diagnostic('unknown-audit', `there is no audit '${call.name}'`, {
          location: call.location,
          hint:
            didYouMean(call.name, [...definitions.keys(), ...libraryNames()]) ??
            'Audits come from the library (not_null, unique_values, …) or from files under audits/.',
        }),
      ],
    };
  }
  const own = library?.parameters;
  const diagnostics: Diagnostic[] = [];
  const args = new Map<string, AuditArgument>();
  for (const d of definition?.defaults ?? []) args.set(d.name.toLowerCase(), { value: d.value, sql: d.sql });
  const writtenAs = new Map<string, string>();
  for (const given of call.arguments) {
    const name = canonicalName(given.name, own);
    if (name === undefined || (definition !== undefined && !takes(definition, name))) {
      const known = [...parametersOf(definition, own), ...COMMON_PARAMETERS.map((p) => p.name)];
      diagnostics.push(
        diagnostic('invalid-audit-argument', `audit '${call.name}' has no argument '${given.name}'`, {
          location: given.location,
          hint: didYouMean(given.name, known) ?? `Its arguments are ${known.join(', ')}.`,
        }),
      );
      continue;
    }
    const twice = writtenAs.get(name);
    if (twice !== undefined) {
      diagnostics.push(
        diagnostic(
          'invalid-audit-argument',
          `audit '${call.name}' has both '${twice}' and '${given.name}', which are the same argument`,
          { location: given.location, hint: 'Keep one of the two.' },
        ),
      );
      continue;
    }
    writtenAs.set(name, given.name);
    const problem = unusable(name, given.value, own);
    if (problem !== undefined) {
      const message = `${given.name} ${problem}, not ${given.sql}`;
      diagnostics.push(diagnostic('invalid-audit-argument', message, { location: given.location }));
    }
    args.set(name, { value: given.value, sql: given.sql });
  }
  // A misspelt argument is told once: what it was meant to be is not missed as well.
  const isMisspelt = diagnostics.length > 0;
  for (const p of own ?? []) {
    if (p.required === true && !args.has(p.name) && !isMisspelt) {
      diagnostics.push(
        diagnostic('invalid-audit-argument', `audit '${call.name}' needs the argument '${p.name}'`, {
          location: call.location,
          hint: `Write ${call.name}(${p.name} := …).`,
        }),
      );
    }
  }
  const problem = diagnostics.length === 0 ? library?.problem?.(new Arguments(args)) : undefined;
  if (problem !== undefined) {
    diagnostics.push(
      diagnostic('invalid-audit-argument', `audit '${call.name}' ${problem}`, { location: call.location }),
    );
  }
  const severity = severityOf(
    call,
    args,
    definition,
    wanted !== base && definition?.name.toLowerCase() !== wanted,
    diagnostics,
  );
  const limit = (name: 'max_rows' | 'max_share'): number | undefined =>
    limitOf(name, args.get(name), call, diagnostics);
  const tolerance = { maxRows: limit('max_rows'), maxShare: limit('max_share') };
  return {
    value:
      diagnostics.length > 0
        ? undefined
        : {
            name: definition?.name ?? library?.name ?? base,
            call,
            severity,
            tolerance,
            definition,
            arguments: args,
          },
    diagnostics,
  };
}

/** A standalone audit as if it were called where it is declared: its limits are among its defaults. */
export function resolveStandalone(definition: AuditDefinition): Outcome<ResolvedAudit | undefined> {
  const { name, nameLocation } = definition;
  const call: AuditCall = { name, text: name, location: nameLocation, arguments: [] };
  const found = resolveAudit(call, new Map([[name.toLowerCase(), definition]]));
  if (found.value?.tolerance.maxShare === undefined) return found;
  const message = `the standalone audit '${name}' reads no one table that max_share could be a share of`;
  return {
    value: undefined,
    diagnostics: [
      diagnostic('invalid-audit-argument', message, { location: nameLocation, hint: 'Use max_rows.' }),
    ],
  };
}

function calledAlone(call: AuditCall, definition: AuditDefinition): Outcome<undefined> {
  const found = diagnostic('unknown-audit', `the audit '${call.name}' is standalone: it runs by itself`, {
    location: call.location,
    hint: 'Take the call away; or take standalone true away, and let its query read @this_model.',
    notes: [{ message: `'${definition.name}' is declared here`, location: definition.nameLocation }],
  });
  return { value: undefined, diagnostics: [found] };
}

/** Whether an audit of the project can do anything with an argument: its text, or that of a @DEF before it, has the name in it. */
function takes({ query, definitions, defaults }: AuditDefinition, name: string): boolean {
  if (COMMON_PARAMETERS.some((p) => p.name === name)) return true;
  if (defaults.some((d) => d.name.toLowerCase() === name)) return true;
  return [query.text, ...definitions.map((d) => d.value.text)].some((text) =>
    text.toLowerCase().includes(name),
  );
}

function parametersOf(
  definition: AuditDefinition | undefined,
  own: readonly AuditParameter[] | undefined,
): readonly string[] {
  return (own ?? definition?.defaults ?? []).map((p) => p.name);
}

/** What a value should have been, for a parameter that knows; an audit of the project takes all there is. */
function unusable(
  name: string,
  value: HeaderValue,
  own: readonly AuditParameter[] | undefined,
): string | undefined {
  if ([...(own ?? []), ...COMMON_PARAMETERS].find((p) => p.name === name)?.isFlag === true) {
    return value.kind === 'boolean' ? undefined : 'must be true or false';
  }
  return own !== undefined && value.kind === 'list' && value.items.length === 0
    ? 'must name one or more'
    : undefined;
}

function canonicalName(given: string, own: readonly AuditParameter[] | undefined): string | undefined {
  const wanted = given.toLowerCase();
  const common = COMMON_PARAMETERS.find(
    (p) => p.name === wanted || (own !== undefined && p.aliases?.includes(wanted)),
  );
  if (common !== undefined) return common.name;
  // An audit of the project takes whatever its query mentions.
  if (own === undefined) return wanted;
  return own.find((p) => p.name === wanted || p.aliases?.includes(wanted) === true)?.name;
}

function severityOf(
  call: AuditCall,
  args: ReadonlyMap<string, AuditArgument>,
  definition: AuditDefinition | undefined,
  nonBlockingName: boolean,
  diagnostics: Diagnostic[],
): AuditSeverity {
  const severity = args.get('severity');
  if (severity !== undefined) {
    const text = plainText(severity.value)?.toLowerCase();
    if (text === 'block' || text === 'warn' || text === 'quarantine') return text;
    diagnostics.push(
      diagnostic(
        'invalid-audit-argument',
        `severity must be block, warn or quarantine, not ${severity.sql}`,
        {
          location:
            call.arguments.find((a) => a.name.toLowerCase() === 'severity')?.location ?? call.location,
        },
      ),
    );
  }
  const blocking = args.get('blocking')?.value;
  if (blocking?.kind === 'boolean') return blocking.value ? 'block' : 'warn';
  if (nonBlockingName) return 'warn';
  return definition?.severity ?? 'block';
}

function limitOf(
  name: 'max_rows' | 'max_share',
  given: AuditArgument | undefined,
  call: AuditCall,
  diagnostics: Diagnostic[],
): number | undefined {
  if (given === undefined) return undefined;
  const number = given.value.kind === 'number' ? Number(given.value.text) : Number.NaN;
  if (number >= 0 && (name === 'max_rows' ? Number.isInteger(number) : number <= 1)) return number;
  const wanted = name === 'max_rows' ? 'a whole number of rows' : 'a share from 0 to 1';
  diagnostics.push(
    diagnostic('invalid-audit-argument', `${name} must be ${wanted}, not ${given.sql}`, {
      location: call.arguments.find((a) => a.name.toLowerCase() === name)?.location ?? call.location,
    }),
  );
  return undefined;
}

function plainText(value: HeaderValue): string | undefined {
  return value.kind === 'name' || value.kind === 'string' ? value.text : undefined;
}
