import { hash } from 'node:crypto';
import type { CompiledNode } from '../compile/compiled.ts';
import type { TableName } from '../sql/quote.ts';
import { nodeSchemaAndTable } from '../compile/names.ts';

/** Length of the version's part in a physical name: enough that two versions of one model never share it. */
const PREFIX = 12;

/** What kind of relation a node is in the warehouse. */
export type Storage =
  /** A table of Sluice's own. */
  | 'table'
  /** A view over exact physical inputs. */
  | 'view'
  /** Nothing: its query is placed into its readers. */
  | 'inline'
  /** Somebody else's table. */
  | 'foreign';

export function storageOf(node: CompiledNode): Storage {
  if (node.node === 'source') return node.definition.origin.kind === 'file' ? 'table' : 'foreign';
  switch (node.definition.kind.kind) {
    case 'VIEW':
      return 'view';
    case 'EMBEDDED':
      return 'inline';
    case 'EXTERNAL':
      return 'foreign';
    case 'FULL':
    case 'SEED':
    case 'INCREMENTAL_BY_TIME_RANGE':
    case 'INCREMENTAL_BY_UNIQUE_KEY':
    case 'INCREMENTAL_BY_PARTITION':
    case 'INCREMENTAL_UNMANAGED':
    case 'SCD_TYPE_2_BY_TIME':
    case 'SCD_TYPE_2_BY_COLUMN':
      return 'table';
    default:
      return node.definition.kind satisfies never;
  }
}

/** Whether what Sluice builds stands in a schema. */
export function isPhysicalSchema(schema: string): boolean {
  return schema.startsWith('sluice__');
}

/**
 * Where a node's rows live. A view's name also covers the physical inputs it is bound to; a table's also `own`, what makes
 * it another than all tables of its version.
 */
export function physicalName(
  node: CompiledNode,
  inputs: readonly string[],
  own: readonly string[] = [],
): TableName {
  const { schema, table } = nodeSchemaAndTable(node.name);
  switch (storageOf(node)) {
    case 'foreign':
      return node.node === 'source' && node.definition.origin.kind === 'table'
        ? { schema: node.definition.origin.schema, name: node.definition.origin.table }
        : { schema, name: table };
    case 'view':
      return {
        schema: `sluice__${schema}`,
        name: `${table}__${hash('sha256', JSON.stringify([node.version, inputs]), 'hex').slice(0, PREFIX)}`,
      };
    default: {
      const version =
        own.length === 0 ? node.version : hash('sha256', JSON.stringify([node.version, own]), 'hex');
      return { schema: `sluice__${schema}`, name: `${table}__${version.slice(0, PREFIX)}` };
    }
  }
}

/** The view by which readers of an environment know a model: `prod` has the plain name, others a schema of their own. */
export function environmentView(environment: string, node: string): TableName {
  const { schema, table } = nodeSchemaAndTable(node);
  return { schema: environment === PROD ? schema : `${schema}__${environment}`, name: table };
}

/** The environment whose views carry the plain names. */
export const PROD = 'prod';
