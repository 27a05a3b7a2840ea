/**
 * Spans of one command, sent while it works and at its end. Sending never fails a command, and hardly holds it up: what
 * cannot be sent in time is dropped.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { SluiceError, type SpanAttributes, type Tracer } from '@sluice/core';
import { VERSION } from '../version.ts';
import type { OtelSettings } from './otel-settings.ts';
import { toOtlp, type FinishedSpan } from './otlp.ts';

export interface OtelTracer extends Tracer {
  /** Sends what is left. */
  end(): Promise<void>;
}

/** One request holds so many spans. */
const BATCH = 512;
/** More are dropped while the collector does not keep up. */
const MOST_WAITING = 16 * BATCH;
/** A command that goes on and on sends what it has so often, milliseconds. */
const EVERY = 5000;

export function otelTracer(settings: OtelSettings): OtelTracer {
  const traceId = settings.parent?.traceId ?? randomBytes(16).toString('hex');
  const current = new AsyncLocalStorage<string | undefined>();
  const waiting: FinishedSpan[] = [];
  let sending: Promise<void> | undefined;
  let isDown = false;

  const post = async (spans: readonly FinishedSpan[]): Promise<void> => {
    try {
      const answer = await fetch(settings.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...settings.headers },
        body: JSON.stringify(toOtlp(spans, settings.resource, VERSION)),
        signal: AbortSignal.timeout(settings.timeout),
      });
      await answer.arrayBuffer();
    } catch {
      // Nobody is there: one timeout is enough.
      isDown = true;
    }
  };
  const send = async (): Promise<void> => {
    for (let batch = waiting.splice(0, BATCH); batch.length > 0; batch = waiting.splice(0, BATCH)) {
      if (isDown) return;
      await post(batch);
    }
  };
  const flush = (): Promise<void> => (sending ??= send().finally(() => (sending = undefined)));
  const timer = setInterval(() => void flush(), EVERY).unref();

  const finish = (span: FinishedSpan): void => {
    if (isDown || waiting.length >= MOST_WAITING) return;
    waiting.push(span);
    if (waiting.length >= BATCH) void flush();
  };

  return {
    async span(name, given, work) {
      const spanId = randomBytes(8).toString('hex');
      const parentSpanId = current.getStore() ?? settings.parent?.spanId;
      const start = nanoseconds();
      let attributes: SpanAttributes = given;
      let failure: string | undefined;
      try {
        return await current.run(spanId, () =>
          work({
            note: (more) => (attributes = { ...attributes, ...more }),
            fail: (reason) => (failure = reason),
          }),
        );
      } catch (error) {
        // Messages may hold values of rows.
        failure = error instanceof SluiceError ? (error.diagnostics[0]?.code ?? 'error') : 'error';
        throw error;
      } finally {
        finish({ traceId, spanId, parentSpanId, name, start, end: nanoseconds(), attributes, failure });
      }
    },
    async end() {
      clearInterval(timer);
      await flush();
      await flush();
    },
  };
}

/** Wall clock at the start, then one that never goes back. */
const ORIGIN = BigInt(Math.round(performance.timeOrigin * 1e6));
function nanoseconds(): bigint {
  return ORIGIN + BigInt(Math.round(performance.now() * 1e6));
}
