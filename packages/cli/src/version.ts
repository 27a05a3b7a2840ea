/** Sluice's version: the command's and the library's are the same (a test compares them with package.json). */
export const VERSION = '0.1.0';
