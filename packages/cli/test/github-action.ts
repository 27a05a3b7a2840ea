/** The steps of `ci/github/action.yml` as a runner does them, and GitHub's comments on this machine. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';

const REPOSITORY = join(import.meta.dirname, '../../..');

/** What a process was told and what it said. */
export interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The environment without what a forge sets. */
export const CLEAN_ENV: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:GITHUB|GITLAB|CI|SLUICE)(?:_|$)/.test(name)),
);

export interface Forge {
  readonly server: Server;
  readonly url: string;
  readonly comments: { id: number; body: string }[];
  readonly requests: string[];
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** GitHub's comments of pull request 12, a hundred a page. */
export async function openForge(canWrite: boolean): Promise<Forge> {
  const comments = Array.from({ length: 120 }, (_, i) => ({ id: i + 1, body: `no. ${i}` }));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    void (async () => {
      const url = new URL(request.url ?? '', 'http://forge');
      requests.push(`${request.method} ${url.pathname}`);
      if (request.headers.authorization !== 'Bearer t0ken') return answer(401, {});
      const path = '/repos/owner/repo/issues';
      if (request.method === 'GET' && url.pathname === `${path}/12/comments`) {
        const page = Number(url.searchParams.get('page'));
        return answer(200, comments.slice((page - 1) * 100, page * 100));
      }
      if (!canWrite) return answer(403, { message: 'Resource not accessible by integration' });
      const text = (JSON.parse(await body(request)) as { body: string }).body;
      const id = /^\/repos\/owner\/repo\/issues\/comments\/(\d+)$/.exec(url.pathname)?.[1];
      if (request.method === 'PATCH' && id !== undefined) {
        const found = comments.find((c) => c.id === Number(id));
        if (found !== undefined) found.body = text;
        return answer(found === undefined ? 404 : 200, {});
      }
      if (request.method !== 'POST' || url.pathname !== `${path}/12/comments`) return answer(404, {});
      comments.push({ id: comments.length + 1, body: text });
      return answer(201, {});
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, comments, requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly {
      readonly uses?: string;
      readonly run?: string;
      readonly shell?: string;
      readonly env?: Readonly<Record<string, string>>;
    }[];
  };
}

/** Runs the action's own steps in a folder, with `event.json` in it; those of others are GitHub's. */
export async function runAction(
  cwd: string,
  forge: Forge,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Done> {
  const place = join(REPOSITORY, 'ci/github');
  const action = parse(readFileSync(join(place, 'action.yml'), 'utf8')) as Action;
  for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name);
  const value = (text: string): string =>
    text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => {
      if (name === 'github.token') return 't0ken';
      const input = action.inputs[name.replace(/^inputs\./, '')];
      expect(input, name).toBeDefined();
      return value(inputs[name.replace(/^inputs\./, '')] ?? input?.default ?? '');
    });
  const result: { code: number | null; out: string; err: string } = { code: 0, out: '', err: '' };
  for (const step of action.runs.steps) {
    if (step.run === undefined) continue;
    expect(step.shell).toBe('bash');
    // What people can choose reaches the shell through variables, never through its text.
    expect(step.run).not.toContain('${{');
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([k, v]) => [k, value(v)]));
    const done = await runStep(cwd, step.run, {
      GITHUB_ACTION_PATH: place,
      GITHUB_API_URL: forge.url,
      GITHUB_REPOSITORY: 'owner/repo',
      GITHUB_EVENT_PATH: join(cwd, 'event.json'),
      GITHUB_REF: 'refs/pull/12/merge',
      GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'),
      GITHUB_WORKSPACE: cwd,
      ...env,
      ...own,
    });
    result.code = done.code;
    result.out += done.out;
    result.err += done.err;
    if (result.code !== 0) break;
  }
  return result;
}

/** A `run` of a step. */
export async function runStep(
  cwd: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<Done> {
  const result = { out: '', err: '' };
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env: { ...CLEAN_ENV, NO_COLOR: '1', CI: 'true', GITHUB_ACTIONS: 'true', ...env },
  });
  child.stdout.on('data', (chunk: Buffer) => (result.out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (result.err += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...result };
}
