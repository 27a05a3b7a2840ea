/**
 * Spans as OTLP says them over HTTP, in JSON. The format is stable and small, and `fetch` is there: the libraries for it are eight
 * packages that try again for as long as they please, and a command must end.
 */

/** A piece of work that is over. */
export interface FinishedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed, when it did. */
  readonly failure: string | undefined;
}

type AttributeValue = string | number | boolean;

/** The body of `POST /v1/traces`. */
export function toOtlp(
  spans: readonly FinishedSpan[],
  resource: Readonly<Record<string, AttributeValue>>,
  version: string,
): unknown {
  return {
    resourceSpans: [
      {
        resource: { attributes: toAttributes(resource) },
        scopeSpans: [
          {
            scope: { name: 'sluice', version },
            spans: spans.map((s) => ({
              traceId: s.traceId,
              spanId: s.spanId,
              ...(s.parentSpanId === undefined ? {} : { parentSpanId: s.parentSpanId }),
              name: s.name,
              // Internal.
              kind: 1,
              startTimeUnixNano: s.start.toString(),
              endTimeUnixNano: s.end.toString(),
              attributes: toAttributes(s.attributes),
              status: s.failure === undefined ? {} : { code: 2, message: s.failure },
            })),
          },
        ],
      },
    ],
  };
}

function toAttributes(values: Readonly<Record<string, AttributeValue>>): readonly unknown[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: toValue(value) }));
}

function toValue(value: AttributeValue): unknown {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
