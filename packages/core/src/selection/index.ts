/** The grammar by which options name models, and what it selects in a project. */
export { parseSelection, type Term } from './parse-selection.ts';
export { select, type Selectable, type Surroundings } from './select.ts';
