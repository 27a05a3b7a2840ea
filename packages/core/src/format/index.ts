/** The layout of models and audits: the same program, written one way. */
export { formatFiles, type FormattedFile } from './format-files.ts';
export { selectFiles } from './select-files.ts';
