/** One call of `sluice`, from arguments to exit code. */
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { parse } from './parse.ts';

export async function run(argv: readonly string[], context: Context): Promise<number> {
  try {
    const parsed = parse(argv, context.stdout.columns);
    switch (parsed.kind) {
      case 'text':
        context.stdout.write(parsed.text);
        return EXIT.good;
      case 'help':
        context.stderr.write(parsed.text);
        return EXIT.bad;
      case 'error': {
        const { invalidOption } = await import('./invalid-option.ts');
        throw invalidOption(parsed.message, parsed.hint);
      }
      case 'command': {
        const { Invocation } = await import('./invocation.ts');
        const work = await parsed.command.load?.();
        const start = async (within: Context): Promise<number> =>
          (await work?.(new Invocation(within, parsed.args, parsed.options))) ?? EXIT.bad;
        // Most people trace nothing, and load nothing for it.
        if (!Object.keys(context.env).some((name) => name.startsWith('OTEL_'))) return await start(context);
        const { traced } = await import('./tracing/traced.ts');
        return await traced(context, parsed.command.name, start);
      }
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    const { reportError } = await import('./report-error.ts');
    return reportError(error, argv, context);
  }
}
