/**
 * Diagnostics as SARIF 2.1.0 (OASIS), for code scanning. Rule ids are the diagnostics' codes; columns count UTF-16 units
 * from 1, as Sluice's own; the end column is that after the last character in both. The types are those that were made
 * from the schema of OASIS, so that nothing else can be written.
 */
import { pathToFileURL } from 'node:url';
import type { Diagnostic, Location, Severity } from '@sluice/core';
import type { Location as SarifLocation, Log, ReportingDescriptor, Result } from 'sarif';
import type { Repository } from '../project-folder.ts';
import { VERSION } from '../version.ts';

/** What paths are relative to: the repository, as code scanning has it. */
const BASE = '%SRCROOT%';

const LEVELS: Readonly<Record<Severity, Result.level>> = { error: 'error', warning: 'warning', info: 'note' };

export function toSarif(diagnostics: readonly Diagnostic[], { root, prefix }: Repository): Log {
  const ids = [...new Set<string>(diagnostics.map((d) => d.code))].sort();
  const rules: ReportingDescriptor[] = ids.map((id) => ({ id }));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Sluice', semanticVersion: VERSION, rules } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [BASE]: { uri: `${pathToFileURL(root).href.replace(/\/$/, '')}/` } },
        results: diagnostics.map((d) => resultOf(d, ids, prefix)),
      },
    ],
  };
}

function resultOf(d: Diagnostic, ids: readonly string[], prefix: string): Result {
  const related = d.notes.flatMap((n) =>
    n.location === undefined ? [] : [{ ...placeOf(n.location, prefix), message: { text: n.message } }],
  );
  return {
    ruleId: d.code,
    ruleIndex: ids.indexOf(d.code),
    level: LEVELS[d.severity],
    message: { text: messageOf(d) },
    ...(d.location === undefined ? {} : { locations: [placeOf(d.location, prefix)] }),
    ...(related.length === 0 ? {} : { relatedLocations: related }),
  };
}

function messageOf(d: Diagnostic): string {
  const remarks = d.notes.filter((n) => n.location === undefined).map((n) => `Note: ${n.message}`);
  return [d.message, ...remarks, ...(d.hint === undefined ? [] : [d.hint])].join('\n');
}

function placeOf(at: Location, prefix: string): SarifLocation {
  const uri = `${prefix}${at.path}`.split('/').map(encodeURIComponent).join('/');
  return {
    physicalLocation: {
      artifactLocation: { uri, uriBaseId: BASE },
      region: {
        startLine: at.line,
        startColumn: at.column,
        endLine: at.endLine,
        endColumn: at.endColumn,
      },
      // The whole line, for those who show the place without the file.
      ...(at.lineText.trim() === ''
        ? {}
        : { contextRegion: { startLine: at.line, snippet: { text: at.lineText } } }),
    },
  };
}
