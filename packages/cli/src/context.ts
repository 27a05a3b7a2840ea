import type { Tracer, Workspace, WorkspaceOptions } from '@sluice/core';

/** Where text goes, and what is at its other end. */
export interface Stream {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Cells in a line; undefined when it is no terminal. */
  readonly columns: number | undefined;
}

/** What the command needs of the world around it. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Whether somebody is there to answer a question. */
  readonly canAsk: boolean;
  /** Asks on the terminal; undefined when the question was closed with Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string | undefined>;
  /** Calls the listener at every Ctrl-C until the answered function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process without waiting for anything. */
  stopAtOnce(): void;
  /** Times what is done, when `OTEL_*` asks for it. */
  readonly tracer?: Tracer;
  openWorkspace(options: WorkspaceOptions): Promise<Workspace>;
  projectJsonSchema(): Promise<unknown>;
}
