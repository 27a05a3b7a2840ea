/** The note of a merge request, against a GitLab on this machine: found again by its marker, renewed, refused without harm. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { forgeOf, type Forge } from '../src/comment/forge.ts';
import { markerOf, upsertComment } from '../src/comment/upsert-comment.ts';
import { COMMAND } from './command.ts';
import { junitErrors } from './junit-schema.ts';
import { sarifErrors } from './sarif-schema.ts';

const NOTES = '/api/v4/projects/42/merge_requests/7/notes';
let server: Server | undefined;
afterEach(() => {
  server?.close();
});

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return (JSON.parse(Buffer.concat(chunks).toString('utf8')) as { body: string }).body;
}

/** GitLab's notes of merge request 7, a hundred a page; what it was asked is told. */
async function gitlab(canWrite: boolean): Promise<{
  readonly forge: Forge;
  /** What GitLab sets for a job. */
  readonly env: Readonly<Record<string, string>>;
  readonly notes: { id: number; body: string }[];
  readonly requests: string[];
}> {
  const notes = Array.from({ length: 130 }, (_, i) => ({ id: 1000 + i, body: `no. ${i}` }));
  const requests: string[] = [];
  const made = createServer((request, response) => {
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    void (async () => {
      const url = new URL(request.url ?? '', 'http://gitlab');
      requests.push(`${request.method} ${url.pathname}`);
      if (request.headers['private-token'] !== 't0ken') return answer(401, {});
      if (request.method === 'GET' && url.pathname === NOTES) {
        const page = Number(url.searchParams.get('page'));
        return answer(200, notes.slice((page - 1) * 100, page * 100));
      }
      if (!canWrite) return answer(403, { message: '403 Forbidden' });
      const id = new RegExp(`^${NOTES}/(\\d+)$`).exec(url.pathname)?.[1];
      const found = notes.find((n) => n.id === Number(id));
      if (request.method === 'PUT' && found !== undefined) {
        found.body = await body(request);
        return answer(200, found);
      }
      if (request.method !== 'POST' || url.pathname !== NOTES) return answer(404, {});
      notes.push({ id: 2000, body: await body(request) });
      return answer(201, {});
    })();
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const env = {
    GITLAB_CI: 'true',
    CI_API_V4_URL: `http://127.0.0.1:${(made.address() as AddressInfo).port}/api/v4`,
    CI_PROJECT_ID: '42',
    CI_MERGE_REQUEST_IID: '7',
    SLUICE_GITLAB_TOKEN: 't0ken',
  };
  const forge = forgeOf(env);
  if (typeof forge === 'string') throw new Error(forge);
  return { forge, env, notes, requests };
}

test('one note, written once and then renewed', async () => {
  const { forge, notes, requests } = await gitlab(true);
  const marker = markerOf('shop');
  expect(await upsertComment(forge, marker, 'first')).toEqual({ kind: 'created' });
  expect(await upsertComment(forge, marker, 'second')).toEqual({ kind: 'updated' });
  expect(notes.filter((n) => n.body.startsWith(marker))).toEqual([{ id: 2000, body: `${marker}\nsecond` }]);
  expect(notes).toHaveLength(131);
  expect(requests.filter((r) => !r.startsWith('GET'))).toEqual([`POST ${NOTES}`, `PUT ${NOTES}/2000`]);
  // Another project in the same repository has a note of its own.
  expect(await upsertComment(forge, markerOf('other'), 'third')).toEqual({ kind: 'created' });
  expect(notes).toHaveLength(132);
});

test('a token that may not write, and a pipeline without one, are told and nothing more', async () => {
  const { forge, notes } = await gitlab(false);
  expect(await upsertComment(forge, markerOf('shop'), 'text')).toMatchObject({
    kind: 'refused',
    why: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 403 to POST$/) as unknown,
  });
  expect(notes).toHaveLength(130);
  expect(forgeOf({ GITLAB_CI: 'true' })).toBe('this is no pipeline for a merge request');
  expect(
    forgeOf({ GITLAB_CI: 'true', CI_API_V4_URL: 'http://x', CI_PROJECT_ID: '1', CI_MERGE_REQUEST_IID: '2' }),
  ).toBe('SLUICE_GITLAB_TOKEN is not set');
});

test('the job runs the script that any CI runs, and hands its reports to GitLab', () => {
  const place = join(import.meta.dirname, '../../../ci');
  const job = parse(readFileSync(join(place, 'gitlab/sluice.gitlab-ci.yml'), 'utf8')) as {
    readonly sluice: {
      readonly script: readonly string[];
      readonly artifacts: { readonly reports: { readonly junit: string } };
    };
  };
  expect(job.sluice.script).toEqual(['bash ci/shell/sluice-ci.sh']);
  const script = readFileSync(join(place, 'shell/sluice-ci.sh'), 'utf8');
  const output = /SLUICE_OUTPUT:-([\w-]+)/.exec(script)?.[1] ?? '';
  const junit = /--junit "\$output\/([\w.-]+)"/.exec(script)?.[1] ?? '';
  expect(job.sluice.artifacts.reports.junit).toBe(`${output}/${junit}`);
});

const SLUICE = COMMAND.join(' ');
const CLEAN_ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:GITHUB|GITLAB|CI|SLUICE)(?:_|$)/.test(name)),
);

/** Runs in a process of its own, while the server of this one answers. */
async function bash(
  cwd: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn('bash', ['-c', script], { cwd, env: { ...CLEAN_ENV, NO_COLOR: '1', SLUICE, ...env } });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...said };
}

test('the script in a job of GitLab, and in a plain shell', { timeout: 240_000 }, async () => {
  const { env, notes } = await gitlab(true);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-shell-'));
  const script = `bash '${join(import.meta.dirname, '../../../ci/shell/sluice-ci.sh')}'`;
  const report = (name: string): string => readFileSync(join(folder, 'shop/sluice-reports', name), 'utf8');
  try {
    expect((await bash(folder, '$SLUICE init shop', {})).code).toBe(0);
    const shop = join(folder, 'shop');
    const job = await bash(shop, script, { ...env, SLUICE_COMMENT: 'true' });
    expect(job.code, job.err).toBe(0);
    expect(job.err).not.toContain('No comment');
    expect(report('sluice.md')).toContain('<code>mr_7</code>');
    expect(notes.at(-1)?.body).toMatch(/^<!-- sluice-ci /);
    expect(notes.at(-1)?.body.endsWith(report('sluice.md'))).toBe(true);
    expect(notes).toHaveLength(131);
    expect(await junitErrors(report('sluice-junit.xml'))).toEqual([]);
    expect(sarifErrors(JSON.parse(report('sluice.sarif')))).toEqual([]);

    // A plain shell: another folder for reports, no forge, a sample, and a word that it fails for.
    const set = { SLUICE_OUTPUT: 'out', SLUICE_SAMPLE: '5', SLUICE_FAIL_ON: 'warning', SLUICE_ENV: 'mine' };
    const plain = await bash(shop, script, set);
    expect(plain.code, plain.err).toBe(1);
    expect(plain.out).toContain('Sample: raw.orders with 5 of');
    expect(plain.out).not.toContain('::warning');
    expect(readFileSync(join(shop, 'out/sluice.md'), 'utf8')).toContain('<code>mine</code>');
    expect(existsSync(join(shop, 'out/sluice.json'))).toBe(true);
    expect(notes).toHaveLength(131);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
