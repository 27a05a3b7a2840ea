import type { FileSource, SourceDefinition } from '../project/index.ts';

export function isFileSource(s: SourceDefinition): s is SourceDefinition & { readonly origin: FileSource } {
  return s.origin.kind === 'file';
}
