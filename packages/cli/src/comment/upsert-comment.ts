import { hash } from 'node:crypto';
import type { Forge } from './forge.ts';

/** What became of a comment; `refused` with why, which is no reason to fail: forks have no right to write. */
export type Upserted =
  | { readonly kind: 'created' | 'updated' }
  | { readonly kind: 'refused'; readonly why: string };

const TIMEOUT_MS = 30_000;
const MOST_NAME = 400;
/** 10,000 comments. */
const MOST_PAGES = 100;

/** The hidden line by which a comment is found again; a project in the same repository has its own. */
export function markerOf(project: string): string {
  const name = encodeURIComponent(project.toWellFormed()).replaceAll('-', '%2D');
  // The report leaves it no more room than that.
  return `<!-- sluice-ci ${name.length <= MOST_NAME ? name : hash('sha256', project)} -->`;
}

/** Replaces the comment that begins with the marker, or writes the first. */
export async function upsertComment(forge: Forge, marker: string, markdown: string): Promise<Upserted> {
  const body = `${marker}\n${markdown}`;
  try {
    const id = await find(forge, marker);
    if (id === undefined) {
      await send(forge, 'POST', forge.create, body);
      return { kind: 'created' };
    }
    const { method, url } = forge.update(id);
    await send(forge, method, url, body);
    return { kind: 'updated' };
  } catch (error) {
    return { kind: 'refused', why: reasonOf(error) };
  }
}

async function find(forge: Forge, marker: string): Promise<number | undefined> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const comments = await send(forge, 'GET', forge.list(page));
    if (!Array.isArray(comments) || comments.length === 0) return undefined;
    for (const comment of comments as readonly { readonly id?: unknown; readonly body?: unknown }[]) {
      if (typeof comment.id === 'number' && String(comment.body ?? '').startsWith(marker)) return comment.id;
    }
  }
  return undefined;
}

async function send(forge: Forge, method: string, url: string, body?: string): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { ...forge.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify({ body }) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status} to ${method}`);
  return response.json();
}

/** `fetch` hides what went wrong in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
