import type { ModelKind } from '../model/index.ts';
import type { FileSource } from '../project/index.ts';

/** A seed's CSV file, in the form in which sources are loaded. */
export function seedFiles(kind: Extract<ModelKind, { kind: 'SEED' }>): FileSource {
  const { csv } = kind;
  return {
    kind: 'file',
    format: 'csv',
    files: [kind.file],
    timeColumn: undefined,
    csv: {
      ...(csv.delimiter === undefined ? {} : { delimiter: csv.delimiter }),
      ...(csv.quotechar === undefined ? {} : { quote: csv.quotechar }),
      ...(csv.header === undefined ? {} : { header: csv.header }),
      ...(csv.naValues === undefined ? {} : { nullValues: csv.naValues }),
    },
  };
}
