import type { Location, SourceText } from '../diagnostic/index.ts';
import type { HeaderValue, ModelDefinition } from './model-definition.ts';
import type { SqlFragment } from './model-kind.ts';

/** What becomes of bad rows: nothing is published, it is said, or they are diverted and the others published. */
export type AuditSeverity = 'block' | 'warn' | 'quarantine';

/** An `AUDIT (...)` of the project: a query that returns bad rows. */
export interface AuditDefinition {
  readonly name: string;
  readonly path: string;
  readonly source: SourceText;
  readonly nameLocation: Location;
  /** It is of no one model: it runs by itself, whenever something that it reads has moved. */
  readonly standalone: boolean;
  /** `block` stops and rolls back, `warn` reports. */
  readonly severity: AuditSeverity;
  /** `defaults (threshold = 10)`: values of parameters that a call leaves out. */
  readonly defaults: readonly { readonly name: string; readonly value: HeaderValue; readonly sql: string }[];
  /** `@DEF` statements between the header and the query. */
  readonly definitions: ModelDefinition['definitions'];
  readonly query: SqlFragment;
}
