/** Writes docs/recording.md and the example of docs/ci.md: `node scripts/record.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCiExample } from './ci-example.ts';
import { record } from './recording.ts';

writeFileSync(join(import.meta.dirname, '../docs/recording.md'), record());

const ci = join(import.meta.dirname, '../docs/ci.md');
writeFileSync(ci, withCiExample(readFileSync(ci, 'utf8')));
