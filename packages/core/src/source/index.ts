/** Files outside the warehouse: finding them, telling whether they moved. */
export { expandGlob } from './glob.ts';
export { seedFiles, seedMoved } from './seed.ts';
export { filesMoved, findSourceFiles, inspectFiles } from './source-files.ts';
