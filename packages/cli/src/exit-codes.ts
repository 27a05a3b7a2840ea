/** What the command's exit code says; scripts depend on it. */
export const EXIT = {
  good: 0,
  /** Errors, blocking audits that failed, a failed apply, an answer of no. */
  bad: 1,
  /** `plan --detailed-exitcode`: there is something to do. */
  changes: 2,
  interrupted: 130,
} as const;
