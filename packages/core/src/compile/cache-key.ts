/** What an entry of the cache is found by, and what it is believed by: whatever enters a result must enter one of the two. */
import { hash } from 'node:crypto';
import type { ModelDefinition } from '../model/index.ts';
import type { Project } from '../project/index.ts';
import type { CompiledNode } from './compiled.ts';
import type { Draft } from './parse-models.ts';

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
  const macros = project.sqlMacros.map((m) => m.sql);
  return digestOf([variables, defaults, gateway, [...audits], macros]);
}

export function cacheKey(definition: ModelDefinition, context: string): string {
  const { name, path, source, blueprint } = definition;
  return digestOf([name, path, source.text, [...blueprint], context]);
}

/** What code of the project's own has made of a model: where there is such code, a text alone does not tell. */
export function renderedKey({ rendered, statements, audits, warnings }: Draft): string {
  const said = warnings.map((w) => [w.code, w.message, w.location?.start]);
  return digestOf([rendered?.sql, statements, audits.map((a) => a.sql.sql), said]);
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
