/**
 * Where a report is shown as one comment that is kept up to date. Which request of which repository it is about is read from the
 * variables that the forge sets; nothing is sent anywhere but to the address in them.
 */
import { readFileSync } from 'node:fs';

export type Env = Readonly<Record<string, string | undefined>>;

/** Comments of one pull or merge request. */
export interface Forge {
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A page of comments, oldest first; pages count from 1. */
  readonly list: (page: number) => string;
  readonly create: string;
  readonly update: (id: number) => { readonly method: 'PATCH' | 'PUT'; readonly url: string };
}

/** The forge that the command runs in; a sentence when there is nothing to comment on. */
export function forgeOf(env: Env): Forge | string {
  if (env['GITLAB_CI'] !== undefined) return gitlab(env);
  return github(env);
}

function github(env: Env): Forge | string {
  const token = env['GITHUB_TOKEN'] ?? '';
  const repository = env['GITHUB_REPOSITORY'];
  const number = pullRequest(env);
  if (repository === undefined || number === undefined) return 'this is no run for a pull request';
  if (token === '') return 'GITHUB_TOKEN is not set';
  const api = `${env['GITHUB_API_URL'] ?? 'https://api.github.com'}/repos/${repository}/issues`;
  return {
    token,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    },
    list: (page) => `${api}/${number}/comments?per_page=100&page=${page}`,
    create: `${api}/${number}/comments`,
    update: (id) => ({ method: 'PATCH', url: `${api}/comments/${id}` }),
  };
}

/** From the event, as `pull_request` and its relatives have it; else from the name of the merge commit. */
export function pullRequest(env: Env): number | undefined {
  const named = /^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '')?.[1];
  if (named !== undefined) return Number(named);
  const path = env['GITHUB_EVENT_PATH'];
  if (path === undefined) return undefined;
  try {
    const event = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly pull_request?: { readonly number?: unknown };
    };
    const number = event.pull_request?.number;
    return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
  } catch {
    return undefined;
  }
}

function gitlab(env: Env): Forge | string {
  const [api, project, request] = [env['CI_API_V4_URL'], env['CI_PROJECT_ID'], env['CI_MERGE_REQUEST_IID']];
  const token = env['SLUICE_GITLAB_TOKEN'] ?? '';
  if (api === undefined || project === undefined || request === undefined)
    return 'this is no pipeline for a merge request';
  if (token === '') return 'SLUICE_GITLAB_TOKEN is not set';
  const notes = `${api}/projects/${encodeURIComponent(project)}/merge_requests/${encodeURIComponent(request)}/notes`;
  return {
    token,
    headers: { 'private-token': token },
    list: (page) => `${notes}?sort=asc&order_by=created_at&per_page=100&page=${page}`,
    create: notes,
    update: (id) => ({ method: 'PUT', url: `${notes}/${id}` }),
  };
}
