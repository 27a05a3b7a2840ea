/** What `OTEL_*` says, as far as Sluice acts on it. Pure: the environment comes in as a value. */
export interface OtelSettings {
  /** Where spans go. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  /** Milliseconds for one request. */
  readonly timeout: number;
  /** The trace that the command belongs to, by `TRACEPARENT`. */
  readonly parent: { readonly traceId: string; readonly spanId: string } | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_ENDPOINT = 'http://localhost:4318';
/** Nobody waits for longer than that for a collector that does not answer. */
const LONGEST_TIMEOUT = 2000;

/** Undefined when no spans are wanted; a text when they are and cannot be sent. */
export function otelSettings(env: Env): OtelSettings | string | undefined {
  const read = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === '' ? undefined : value;
  };
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  const exporter = read('OTEL_TRACES_EXPORTER')?.toLowerCase();
  const own = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const shared = read('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (exporter === undefined ? own === undefined && shared === undefined : exporter === 'none')
    return undefined;
  if (exporter !== undefined && exporter !== 'otlp')
    return `OTEL_TRACES_EXPORTER=${exporter} is not known; spans are sent by otlp, or none are`;
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? read('OTEL_EXPORTER_OTLP_PROTOCOL');
  // Collectors take JSON where they take protobuf: the content type says which it is.
  if (protocol === 'grpc') return 'OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not spoken; set it to http/json';
  const sampler = read('OTEL_TRACES_SAMPLER');
  if (sampler === 'always_off') return undefined;
  const parent = parentOf(read('TRACEPARENT'));
  // Who began the trace does not record it.
  if (parent !== undefined && !parent.sampled && sampler !== 'always_on') return undefined;
  const url = own ?? `${(shared ?? DEFAULT_ENDPOINT).replace(/\/+$/, '')}/v1/traces`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return `the endpoint '${url}' of OTEL_* is no URL`;
  const timeout = Number(
    read('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') ?? read('OTEL_EXPORTER_OTLP_TIMEOUT') ?? NaN,
  );
  return {
    url,
    headers: {
      ...pairsOf(read('OTEL_EXPORTER_OTLP_HEADERS')),
      ...pairsOf(read('OTEL_EXPORTER_OTLP_TRACES_HEADERS')),
    },
    resource: {
      'service.name': 'sluice',
      ...pairsOf(read('OTEL_RESOURCE_ATTRIBUTES')),
      ...(read('OTEL_SERVICE_NAME') === undefined ? {} : { 'service.name': read('OTEL_SERVICE_NAME') ?? '' }),
    },
    timeout: timeout > 0 ? Math.min(timeout, LONGEST_TIMEOUT) : LONGEST_TIMEOUT,
    parent,
  };
}

/** `a=1,b=2`, with what is not plain escaped as in URLs. */
function pairsOf(text: string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (text ?? '').split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at <= 0 ? [] : [[decoded(pair.slice(0, at).trim()), decoded(pair.slice(at + 1).trim())]];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function parentOf(
  text: string | undefined,
): { readonly traceId: string; readonly spanId: string; readonly sampled: boolean } | undefined {
  const [, version, traceId, spanId, flags] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || version === 'ff') return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags ?? '0', 16) & 1) === 1 };
}
