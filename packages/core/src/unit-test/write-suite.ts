/** A test as YAML: a row a line where it fits. */
import { columnType } from './column-type.ts';
import type { Column } from '../compile/compiled.ts';
import type { TextRow } from './sample-inputs.ts';

export interface WrittenTest {
  readonly name: string;
  readonly model: string;
  /** A comment above the test. */
  readonly remark: string;
  /** Days and instants of the clock, as the YAML has them. */
  readonly vars: readonly (readonly [string, string])[];
  readonly inputs: readonly {
    readonly name: string;
    readonly columns: readonly Column[];
    readonly rows: readonly TextRow[];
  }[];
  readonly output: { readonly columns: readonly Column[]; readonly rows: readonly TextRow[] };
}

const WIDTH = 110;

export function writeSuite(test: WrittenTest): string {
  const lines = [
    `# ${test.remark}`,
    `${scalar(test.name)}:`,
    `  model: ${scalar(test.model)}`,
    ...(test.vars.length === 0
      ? []
      : ['  vars:', ...test.vars.map(([name, value]) => `    ${name}: ${value}`)]),
    ...(test.inputs.length === 0 ? [] : ['  inputs:']),
    ...test.inputs.flatMap((i) => rowLines(scalar(i.name), i.columns, i.rows, '    ')),
    '  outputs:',
    ...rowLines('query', test.output.columns, test.output.rows, '    '),
  ];
  return `${lines.join('\n')}\n`;
}

function rowLines(
  key: string,
  columns: readonly Column[],
  rows: readonly TextRow[],
  indent: string,
): readonly string[] {
  if (rows.length === 0) return [`${indent}${key}: []`];
  return [
    `${indent}${key}:`,
    ...rows.flatMap((row) => {
      const cells = columns.flatMap((c) => {
        const text = row[c.name.toLowerCase()];
        return text === undefined ? [] : [`${scalar(c.name)}: ${value(text, c.type)}`];
      });
      return wrap(cells, `${indent}  `);
    }),
  ];
}

/** A mapping in one line, or in as few as are needed. */
function wrap(cells: readonly string[], indent: string): readonly string[] {
  if (cells.length === 0) return [`${indent}- {}`];
  const lines: string[] = [];
  let line = `${indent}- {`;
  for (const [i, cell] of cells.entries()) {
    const part = ` ${cell}${i < cells.length - 1 ? ',' : ' }'}`;
    if (line.length + part.length > WIDTH && i > 0) {
      lines.push(line);
      line = `${indent}   `;
    }
    line += part;
  }
  return [...lines, line];
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL|DOUBLE|FLOAT)$/;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/;
const PLAIN_TIME = /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?([-+]\d\d(:\d\d)?)?)?$/;

function value(text: string, type: string): string {
  const parsed = columnType(type);
  const name = parsed.kind === 'plain' ? parsed.name : '';
  if (NUMERIC.test(name) && PLAIN_NUMBER.test(text)) return text;
  if (name === 'BOOLEAN') return text;
  if ((name === 'DATE' || name.startsWith('TIMESTAMP')) && PLAIN_TIME.test(text)) return text;
  return scalar(text);
}

const PLAIN = /^[A-Za-z_][\w./@+-]*( [\w./@+-]+)*$/;
/** What YAML, or an older YAML, takes for something else than a text. */
const TAKEN = /^(null|true|false|yes|no|on|off|y|n|nan|inf)$/i;

/** Plain where it means the same to everybody, else as JSON, which YAML reads too. */
function scalar(text: string): string {
  return PLAIN.test(text) && !TAKEN.test(text) ? text : JSON.stringify(text);
}
