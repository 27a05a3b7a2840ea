/** OpenTelemetry spans: what is sent where, against a collector on the loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ORDERS } from '../../core/test/support/orders.ts';
import { TestProject } from '../../core/test/support/project.ts';
import { otelSettings } from '../src/tracing/otel-settings.ts';
import { COMMAND } from './command.ts';

const [node, command] = COMMAND;

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

class Collector implements AsyncDisposable {
  readonly bodies: string[] = [];
  readonly headers: Readonly<Record<string, unknown>>[] = [];
  readonly paths: (string | undefined)[] = [];
  readonly #server: Server;

  /** `answers` false: takes what comes, and is silent. */
  constructor(answers = true) {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        this.bodies.push(body);
        this.headers.push(request.headers);
        this.paths.push(request.url);
        if (answers) response.end('{}');
      });
    }).listen(0, '127.0.0.1');
  }

  async endpoint(): Promise<string> {
    if (!this.#server.listening) await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  spans(): readonly SentSpan[] {
    return this.bodies.flatMap((body) => {
      const sent = JSON.parse(body) as {
        readonly resourceSpans: readonly {
          readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
        }[];
      };
      return sent.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close').catch(() => undefined);
  }
}

async function sluice(
  project: TestProject,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly err: string; readonly seconds: number }> {
  const started = performance.now();
  const child = spawn(node, [command, ...args, '--now', '2024-02-01'], {
    cwd: project.root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, err, seconds: (performance.now() - started) / 1000 };
}

describe('spans', () => {
  it('tell of the command, its plan, models, tasks and statements, and nothing of rows or SQL', async () => {
    await using project = new TestProject({
      ...ORDERS,
      'models/m/secret.sql':
        "MODEL (name m.secret, kind FULL);\nSELECT 'hunter2' AS pass_word, name FROM raw.customers\n",
      'models/m/broken.sql':
        "MODEL (name m.broken, kind FULL);\nSELECT (note || 'hunter3')::INTEGER AS x FROM raw.orders\n",
    });
    project.edit('data/orders.csv', '10.00,', '10.00,hunter4');
    await using collector = new Collector();
    const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const { code } = await sluice(project, ['apply', '--yes'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${await collector.endpoint()}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b,other=c',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      TRACEPARENT: `00-${parent.traceId}-${parent.spanId}-01`,
    });
    expect(code, 'one model fails').toBe(1);
    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces']));
    expect(collector.headers[0]).toMatchObject({
      'content-type': 'application/json',
      'api-key': 'a b',
      other: 'c',
    });
    expect(collector.bodies[0]).toContain('{"key":"service.name","value":{"stringValue":"shop"}}');
    expect(collector.bodies[0]).toContain('deployment.environment.name');
    const spans = collector.spans();
    const byId = new Map(spans.map((s) => [s.spanId, s]));
    const pathOf = (s: SentSpan): readonly string[] => {
      const above = byId.get(s.parentSpanId ?? '');
      return above === undefined ? [s.name] : [...pathOf(above), s.name];
    };
    const paths = spans.map((s) => pathOf(s).join(' > '));
    for (const path of [
      'sluice apply',
      'sluice apply > compile',
      'sluice apply > open',
      'sluice apply > plan',
      'sluice apply > apply > model > task > TRANSACTION > INSERT',
      'sluice apply > apply > model > task > TRANSACTION > LOAD',
      'sluice apply > apply > model > task > TRANSACTION > CREATE TABLE',
    ])
      expect(paths).toContain(path);
    const roots = spans.filter((s) => s.name === 'sluice apply');
    expect(roots).toMatchObject([{ parentSpanId: parent.spanId, status: { code: 2 } }]);
    for (const s of spans) {
      expect(s.traceId).toBe(parent.traceId);
      expect(BigInt(s.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(s.startTimeUnixNano));
    }
    const models = spans.filter((s) => s.name === 'model');
    const broken = models.find((s) => JSON.stringify(s.attributes).includes('m.broken'));
    expect(broken?.status).toEqual({ code: 2, message: 'query-failed' });
    expect(models).toHaveLength(9);
    expect(collector.bodies.join('')).not.toMatch(/hunter|pass_word|SELECT \w|duckdb\.wal/);
  });

  it('are not sent where nobody asks, or where that is switched off', async () => {
    await using project = new TestProject(ORDERS);
    await using collector = new Collector();
    const endpoint = await collector.endpoint();
    for (const env of [
      { OTEL_SERVICE_NAME: 'shop' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' },
    ])
      expect((await sluice(project, ['plan'], env)).code).toBe(0);
    expect(collector.bodies).toEqual([]);
  });

  it('never fail a command, nor hold it up for long: nobody there, and somebody who does not answer', async () => {
    await using project = new TestProject(ORDERS);
    await using silent = new Collector(false);
    const calm = await sluice(project, ['compile'], {});
    const nobody = await sluice(project, ['compile'], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    const slow = await sluice(project, ['compile'], { OTEL_EXPORTER_OTLP_ENDPOINT: await silent.endpoint() });
    expect([nobody.code, nobody.err, slow.code, slow.err]).toEqual([0, calm.err, 0, calm.err]);
    expect(slow.seconds - calm.seconds).toBeLessThan(2 + 3 * calm.seconds);
  });

  it('say so where they cannot be sent', async () => {
    await using project = new TestProject(ORDERS);
    const said = await sluice(project, ['compile'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    expect(said).toMatchObject({
      code: 0,
      err: expect.stringContaining(
        'No spans are sent: OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not spoken',
      ) as unknown,
    });
  });
});

describe('settings', () => {
  const HOST = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' };
  it.each([
    [{}, undefined],
    [HOST, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/x/' }, 'http://c/x/v1/traces'],
    [{ ...HOST, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://d/y' }, 'http://d/y'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
    [{ ...HOST, OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ ...HOST, OTEL_TRACES_SAMPLER: 'always_off' }, undefined],
    [{ ...HOST, TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }, undefined],
    [
      { ...HOST, TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`, OTEL_TRACES_SAMPLER: 'always_on' },
      'http://c:4318/v1/traces',
    ],
    [{ ...HOST, TRACEPARENT: 'nonsense' }, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4318' }, 'no URL'],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'is not known'],
  ])('%j', (env, expected) => {
    const settings = otelSettings(env);
    const shown = typeof settings === 'string' ? settings : settings?.url;
    if (expected === undefined) expect(shown).toBeUndefined();
    else expect(shown).toContain(expected);
  });
});
