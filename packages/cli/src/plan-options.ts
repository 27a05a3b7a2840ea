/** Options that say what a plan is, by their names in an invocation: apply has to be given them as well, unless a plan was saved. */
export const PLAN_OPTIONS: readonly { readonly name: string; readonly flag: string }[] = [
  { name: 'select', flag: '--select' },
  { name: 'start', flag: '--start' },
  { name: 'end', flag: '--end' },
  { name: 'restate', flag: '--restate' },
  { name: 'forwardOnly', flag: '--forward-only' },
  { name: 'effectiveFrom', flag: '--effective-from' },
  { name: 'skipBackfill', flag: '--skip-backfill' },
  { name: 'empty', flag: '--empty' },
  { name: 'allowDestructive', flag: '--allow-destructive' },
];
