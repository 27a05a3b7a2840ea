/**
 * Audits that the project gives to all models, in `defaults.audits`. They stand behind a model's own; one that is called there
 * in the same words is not asked twice. A model without rows of its own has none of them, and a model may say that it wants none.
 */
import type { Findings, HeaderProperty } from './header.ts';
import type { AuditCall } from './model-definition.ts';
import type { KindName } from './model-kind.ts';
import { parseFlag } from './parse-properties.ts';

/** @param property `default_audits false` */
export function withDefaultAudits(
  own: readonly AuditCall[],
  kind: KindName,
  property: HeaderProperty | undefined,
  defaults: readonly AuditCall[],
  findings: Findings,
): readonly AuditCall[] {
  const isWanted = parseFlag(property, findings) ?? true;
  if (!isWanted || kind === 'EMBEDDED' || kind === 'EXTERNAL') return own;
  const asked = new Set(own.map((call) => call.text.toLowerCase()));
  return [...own, ...defaults.filter((call) => !asked.has(call.text.toLowerCase()))];
}
