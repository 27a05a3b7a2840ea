import { identifierName, significantTokens } from '../sql/tokens.ts';
import type { BoundAudit } from './compiled.ts';

/** Every name in an audit's arguments, and in its own query if the project wrote it, in lower case. */
export function auditWords({ audit: { call, definition } }: BoundAudit): ReadonlySet<string> {
  const texts = [...call.arguments.map((a) => a.sql), definition?.query.text ?? ''];
  return new Set(
    texts.flatMap((text) =>
      significantTokens(text)
        .filter((t) => t.kind === 'word' || t.kind === 'quoted')
        .map((t) => identifierName(text.slice(t.start, t.end)).toLowerCase()),
    ),
  );
}
