/** What spans say of themselves: names, counts, outcomes. Never SQL, never values of rows. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A piece of work that is being timed. */
export interface Span {
  /** Adds attributes. */
  note(attributes: SpanAttributes): void;
  /** The work came to nothing, though nothing was thrown; `reason` is a code, not a message. */
  fail(reason: string): void;
}

/** Times pieces of work, one inside the other. Its spans may go anywhere; Sluice's own command sends them where OTEL_* says. */
export interface Tracer {
  span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T>;
}

const UNSEEN: Span = { note: () => undefined, fail: () => undefined };

/** Times nothing. */
export const NO_TRACER: Tracer = { span: (_name, _attributes, work) => work(UNSEEN) };
