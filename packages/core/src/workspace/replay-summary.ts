import { countedRows } from '../diagnostic/index.ts';

/** What was replayed, in a sentence or two. */
export function replaySummary(about: {
  readonly name: string;
  readonly environment: string;
  readonly asked: number;
  readonly merged: number;
  readonly missing: number;
  readonly readers: readonly string[];
  readonly dryRun: boolean;
}): string {
  const { name, environment, asked, merged, missing, readers, dryRun } = about;
  const gone =
    missing === 0
      ? ''
      : ` ${countedRows(missing)} of the file ${missing === 1 ? 'is' : 'are'} not in quarantine.`;
  if (asked === 0)
    return missing === 0 ? `Nothing of ${name} is in quarantine.` : `Nothing was merged.${gone}`;
  const left = asked - merged;
  const stays =
    left === 0 ? '' : ` ${countedRows(left)} ${left === 1 ? 'does' : 'do'} not pass and stay in quarantine.`;
  if (merged === 0) return `Nothing was merged.${stays}${gone}`;
  const verb = dryRun ? 'would go' : 'went';
  const more =
    readers.length === 0 || dryRun
      ? ''
      : ` ${readers.length === 1 ? '1 model that reads it follows' : `${readers.length} models that read it follow`} with: sluice run${environment === 'prod' ? '' : ` ${environment}`}`;
  return `${countedRows(merged)} ${verb} into ${name}.${stays}${gone}${more}`;
}
