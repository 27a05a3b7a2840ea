/**
 * Diagnostics as SARIF 2.1.0 (OASIS), for code scanning. Rule ids are the diagnostics' codes; columns count UTF-16 units
 * from 1, as Sluice's own; the end column is that after the last character in both.
 */
import type { Diagnostic, Location, Severity } from '@sluice/core';
import { VERSION } from '../version.ts';

interface SarifText {
  readonly text: string;
}

interface SarifLocation {
  readonly message?: SarifText;
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId: '%SRCROOT%' };
    readonly region: {
      readonly startLine: number;
      readonly startColumn: number;
      readonly endLine: number;
      readonly endColumn: number;
    };
    /** The whole line, for those who show the place without the file. */
    readonly contextRegion?: { readonly startLine: number; readonly snippet: SarifText };
  };
}

interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: {
          readonly name: 'Sluice';
          readonly semanticVersion: string;
          readonly rules: readonly { readonly id: string }[];
        };
      };
      readonly columnKind: 'utf16CodeUnits';
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: 'error' | 'warning' | 'note';
        readonly message: SarifText;
        readonly locations?: readonly SarifLocation[];
        readonly relatedLocations?: readonly SarifLocation[];
      }[];
    },
  ];
}

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

export function toSarif(diagnostics: readonly Diagnostic[]): SarifLog {
  const ids = [...new Set<string>(diagnostics.map((d) => d.code))].sort();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Sluice', semanticVersion: VERSION, rules: ids.map((id) => ({ id })) },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((d) => {
          const related = d.notes.flatMap((n) =>
            n.location === undefined ? [] : [placeOf(n.location, n.message)],
          );
          return {
            ruleId: d.code,
            ruleIndex: ids.indexOf(d.code),
            level: LEVELS[d.severity],
            message: { text: messageOf(d) },
            ...(d.location === undefined ? {} : { locations: [placeOf(d.location)] }),
            ...(related.length === 0 ? {} : { relatedLocations: related }),
          };
        }),
      },
    ],
  };
}

function messageOf(d: Diagnostic): string {
  const remarks = d.notes.filter((n) => n.location === undefined).map((n) => `Note: ${n.message}`);
  return [d.message, ...remarks, ...(d.hint === undefined ? [] : [d.hint])].join('\n');
}

function placeOf(at: Location, message?: string): SarifLocation {
  return {
    ...(message === undefined ? {} : { message: { text: message } }),
    physicalLocation: {
      artifactLocation: { uri: at.path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
      region: {
        startLine: at.line,
        startColumn: at.column,
        endLine: at.endLine,
        endColumn: at.endColumn,
      },
      ...(at.lineText.trim() === ''
        ? {}
        : { contextRegion: { startLine: at.line, snippet: { text: at.lineText } } }),
    },
  };
}
