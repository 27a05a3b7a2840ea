/** What an entry of the cache is found by, and what it is believed by: whatever enters a result must enter one of the two. */
import { hash } from 'node:crypto';
import type { ModelDefinition } from '../model/index.ts';
import type { Project } from '../project/index.ts';
import type { CompiledNode } from './compiled.ts';

/** How readers see a node, as JSON. */
export interface LeafTexts {
  readonly leaf: string;
  readonly readLeaf: string;
}

export function digestOf(value: unknown): string {
  return sha(JSON.stringify(value));
}

function sha(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}

/** What every model is rendered and checked with. */
export function contextOf(project: Project): string {
  const audits = new Map(project.audits.map((a) => [a.source.path, a.source.text]));
  const { variables, defaults, gateway } = project.config;
  return digestOf([variables, defaults, gateway, [...audits]]);
}

export function cacheKey(definition: ModelDefinition, context: string): string {
  const { name, path, source, blueprint } = definition;
  return digestOf([name, path, source.text, [...blueprint], context]);
}

/** Digest of all that a reader's result depends on. */
export function stateOf(node: CompiledNode, texts: LeafTexts): string {
  const { name, columns, version } = node;
  const more =
    node.node === 'model'
      ? [node.definition.kind.kind, node.clockDependent, node.byInterval, node.reads]
      : [];
  const own = JSON.stringify([node.node, name, columns, version, more]);
  return sha(`${own}\n${texts.leaf}\n${texts.readLeaf}`);
}
