import { nodeKey, type Compiled } from '../compile/index.ts';
import { countedRows, diagnostic, type Diagnostic, type Location } from '../diagnostic/index.ts';
import type { ApplyDocument, AuditResultDocument, PlanDocument } from '../report/index.ts';

/** Audits of a build that warned, each once with all its intervals, at the line that asks for it. */
export function auditWarnings(
  audits: readonly AuditResultDocument[],
  compiled: Compiled,
): readonly Diagnostic[] {
  const warned = Map.groupBy(
    audits.filter((a) => a.status === 'failed' && a.severity === 'warn'),
    (a) => `${nodeKey(a.model)} ${a.call}`,
  );
  const nodes = new Map([...compiled.nodes.values()].map((n) => [nodeKey(n.name), n]));
  const locationOf = (a: AuditResultDocument): Location | undefined => {
    if (a.standalone) return compiled.audits.find((s) => s.name === a.audit)?.definition.nameLocation;
    const node = nodes.get(nodeKey(a.model));
    if (node?.node !== 'model') return undefined;
    return node.audits.find((bound) => bound.audit.call.text === a.call)?.audit.call.location;
  };
  return [...warned.values()].flatMap((results) => {
    const [first] = results;
    if (first === undefined) return [];
    const rows = results.reduce((sum, a) => sum + a.failing_rows, 0);
    return diagnostic(
      'audit-warning',
      `${first.standalone ? `standalone audit ${first.audit}` : `audit ${first.audit} of ${first.model}`} found ${countedRows(rows)}`,
      { location: locationOf(first) },
    );
  });
}

/**
 * Models that a plan touches and a build did not audit as a whole: their tables stood there already, or may have in part. And
 * standalone audits that the plan runs and the build did not. What an earlier run of the same request found counts for this one
 * as well.
 */
export function unaudited(plan: PlanDocument, build: ApplyDocument, compiled: Compiled): readonly string[] {
  const audited = new Set(
    build.results.filter((r) => r.audits.length > 0 && r.intervals.length === 0).map((r) => nodeKey(r.model)),
  );
  const touched = new Set(plan.actions.map((a) => nodeKey(a.model)));
  const asked = new Set(build.audits.map((a) => a.audit));
  const standalone = plan.audits.map((a) => a.audit).filter((name) => !asked.has(name));
  const models = [...compiled.nodes.values()].flatMap((node) =>
    node.node === 'model' &&
    node.audits.length > 0 &&
    node.definition.kind.kind !== 'EMBEDDED' &&
    touched.has(nodeKey(node.name)) &&
    !audited.has(nodeKey(node.name))
      ? [node.name]
      : [],
  );
  return [...models, ...standalone];
}

/** `45 passed, 8 warned`. */
export function auditSummary(audits: readonly AuditResultDocument[]): string {
  if (audits.length === 0) return 'nothing that was built has audits';
  const of = (what: string, isIt: (a: AuditResultDocument) => boolean): readonly string[] => {
    const n = audits.filter(isIt).length;
    return n === 0 ? [] : [`${n} ${what}`];
  };
  return [
    ...of('passed', (a) => a.status === 'passed'),
    ...of('tolerated', (a) => a.status === 'tolerated'),
    ...of('diverted', (a) => a.status === 'diverted' || a.status === 'undone'),
    ...of('warned', (a) => a.status === 'failed' && a.severity === 'warn'),
    ...of('failed', (a) => a.status === 'failed' && a.severity !== 'warn'),
    ...of('could not be run', (a) => a.status === 'error'),
  ].join(', ');
}
