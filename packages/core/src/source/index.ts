/** Files outside the warehouse: finding them, telling whether they moved. */
export { expandGlob } from './glob.ts';
export { refreshColumns, type RefreshTarget } from './refresh-columns.ts';
export { seedFiles, seedMoved } from './seed.ts';
export { filesMoved, findSourceFiles, inspectFiles, withHashes } from './source-files.ts';
