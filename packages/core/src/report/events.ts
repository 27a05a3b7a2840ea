import type { ActionKind, AuditResultDocument, TaskResultDocument } from './documents.ts';

/** What happens while a plan is applied, for progress on a terminal. */
export type ProgressEvent =
  /** Another process holds the warehouse; Sluice goes on trying. */
  | { readonly kind: 'waiting-for-lock'; readonly holder: string | undefined; readonly secondsLeft: number }
  /** `memoryLimit` as DuckDB reads it; a share of what is free if nobody set it. `spillTo`: for what does not fit, absolute. */
  | {
      readonly kind: 'warehouse-opened';
      readonly warehouse: string;
      readonly memoryLimit: string;
      readonly isMemoryShare: boolean;
      readonly spillTo: string | undefined;
    }
  /** A watch looked at the project's files: `read` from disk, or `recognised` by size, times and inode, and not read again. */
  | { readonly kind: 'files-looked-at'; readonly read: number; readonly recognised: number }
  /** `expected`: seconds by model, as far as history tells; what was never built is missing. */
  | {
      readonly kind: 'apply-started';
      readonly models: number;
      readonly tasks: number;
      readonly jobs: number;
      readonly expected: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'model-started';
      readonly model: string;
      readonly action: ActionKind;
      readonly tasks: number;
    }
  | { readonly kind: 'task-finished'; readonly model: string; readonly task: number; readonly tasks: number }
  | { readonly kind: 'audit-finished'; readonly result: AuditResultDocument }
  | { readonly kind: 'model-finished'; readonly result: TaskResultDocument }
  | { readonly kind: 'promoting'; readonly environment: string };

export type Observer = (event: ProgressEvent) => void;
