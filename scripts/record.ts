/** Writes docs/recording.md: `node scripts/record.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { record } from './recording.ts';

writeFileSync(join(import.meta.dirname, '../docs/recording.md'), record());
