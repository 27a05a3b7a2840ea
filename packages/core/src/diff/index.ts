/** How the data of two environments, or of two tables, differ: columns, rows and values, counted inside the warehouse. */
export { diffRelations, type DiffRequest } from './diff-relations.ts';
export { differs, type RelationDiff } from './relation-diff.ts';
