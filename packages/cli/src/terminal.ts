import type { Context, Stream } from './context.ts';
import type { Style } from './render/style.ts';

/** How to write to a stream: colours only on a terminal, unless `--no-color`, NO_COLOR or FORCE_COLOR say otherwise. */
export function styleFor(stream: Stream, env: Context['env'], color = true): Style {
  return { color: color && wantsColor(stream, env), width: stream.columns ?? Infinity };
}

/** https://no-color.org and https://force-color.org: what counts is whether they are set and not empty. */
function wantsColor(stream: Stream, env: Context['env']): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  const forced = env['FORCE_COLOR'];
  if (isSet(forced)) return forced !== '0' && forced !== 'false';
  return stream.isTerminal && env['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
