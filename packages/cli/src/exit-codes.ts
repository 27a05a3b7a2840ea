/** What the command's exit code says; scripts depend on it. */
export const EXIT = {
  good: 0,
  /** Errors, blocking audits that failed, a failed apply, an answer of no. */
  bad: 1,
  /** `plan --detailed-exitcode`: there is something to do. */
  changes: 2,
  interrupted: 130,
} as const;

/** The exit code for how an apply, a run or a check of a pull request ended. */
export function exitCodeOf(status: 'done' | 'nothing-to-do' | 'passed' | 'failed' | 'interrupted'): number {
  switch (status) {
    case 'done':
    case 'nothing-to-do':
    case 'passed':
      return EXIT.good;
    case 'failed':
      return EXIT.bad;
    case 'interrupted':
      return EXIT.interrupted;
    default:
      return status satisfies never;
  }
}
