import { cellWidth } from './cells.ts';

/** `1 model`, `2 models`, `1,234 rows`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** With a comma between thousands, the same in every locale. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `0.84 s`, `12.3 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** The first names of a list, and how many more there are. */
export function nameList(names: readonly string[], most = 12): readonly string[] {
  if (names.length <= most) return names;
  return [...names.slice(0, most), `… and ${number(names.length - most)} more`];
}

/** A list after a lead, with commas, wrapped at a width; further lines stand under the first item. */
export function wrapList(
  lead: string,
  items: readonly string[],
  width: number,
  indent = cellWidth(lead),
): string {
  const lines: string[] = [];
  let line = lead;
  let empty = true;
  items.forEach((item, i) => {
    const text = i < items.length - 1 && !items[i + 1]?.startsWith('…') ? `${item},` : item;
    const fits = cellWidth(line) + 1 + cellWidth(text) <= width;
    if (!fits && (!empty || indent < cellWidth(lead))) {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent) + text;
    } else {
      line += empty ? text : ` ${text}`;
    }
    empty = false;
  });
  return [...lines, line].join('\n');
}
