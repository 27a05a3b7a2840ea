import { extname } from 'node:path';
import type { ExportFormat } from '../engine/warehouse.ts';

const FORMATS: Readonly<Record<string, ExportFormat>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.json': 'json',
  '.ndjson': 'json',
  '.jsonl': 'json',
};

/** How rows are written in a file, by the end of its name; undefined when that says nothing. */
export function rowFormat(file: string): ExportFormat | undefined {
  return FORMATS[extname(file).toLowerCase()];
}
