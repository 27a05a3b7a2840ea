import type { Context } from '../context.ts';
import { otelSettings } from './otel-settings.ts';
import { otelTracer } from './otel-tracer.ts';

/** Does a command inside a span of its name, when `OTEL_*` asks for spans, and sends them before it ends. */
export async function traced(
  context: Context,
  command: string,
  work: (within: Context) => Promise<number>,
): Promise<number> {
  const settings = otelSettings(context.env);
  if (typeof settings === 'string') {
    context.stderr.write(`No spans are sent: ${settings}.\n`);
    return work(context);
  }
  if (settings === undefined) return work(context);
  const tracer = otelTracer(settings);
  try {
    return await tracer.span(`sluice ${command}`, {}, async (span) => {
      const code = await work({ ...context, tracer });
      span.note({ 'process.exit.code': code });
      if (code === 1) span.fail('exit code 1');
      return code;
    });
  } finally {
    await tracer.end();
  }
}
