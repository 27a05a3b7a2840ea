import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FAIL_ON, type Answer, type CiDocument, type CiFailure, type WorkspaceOptions } from '@sluice/core';
import { forgeOf, pullRequest, type Env } from '../comment/forge.ts';
import { markerOf, upsertComment } from '../comment/upsert-comment.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { repositoryOf } from '../project-folder.ts';
import { renderAnnotations } from '../render/annotations.ts';
import { renderCi } from '../render/ci.ts';
import { renderCiJUnit } from '../render/ci-junit.ts';
import { renderCiMarkdown } from '../render/ci-markdown.ts';
import { toSarif } from '../render/sarif.ts';
import { withWorkspace } from '../with-workspace.ts';
import { writeOutput } from '../write-output.ts';

export async function ci(invocation: Invocation): Promise<number> {
  const format = invocation.format(['text', 'json', 'github', 'markdown']);
  const failOn = failureWord(invocation);
  const samples = invocation.number('samples', '--samples', 0, true);
  const base = invocation.text('base');
  const environment = invocation.text('env') ?? environmentName(invocation.context.env);
  const keep = invocation.flag('keep');
  const over = sampled(invocation) ?? (await overBase(invocation, base ?? 'prod'));
  try {
    return await withWorkspace(
      invocation,
      async (workspace, reporter) => {
        const answer = await workspace.ci({
          environment,
          keep,
          failOn,
          ...(base === undefined ? {} : { base }),
          ...(samples === undefined ? {} : { samples }),
        });
        reporter.stop();
        writeReports(invocation, answer);
        printCi(invocation, answer, format);
        await comment(invocation, answer.document);
        if (over !== undefined && keep)
          invocation.context.stderr.write(`What was built is kept in ${over.kept}.\n`);
        return exitCodeOf(answer.document.status);
      },
      over?.options ?? {},
    );
  } finally {
    if (over !== undefined && !keep) rmSync(over.folder, { recursive: true, force: true });
  }
}

function failureWord(invocation: Invocation): CiFailure {
  const given = invocation.text('failOn') ?? 'error';
  const word = FAIL_ON.find((w) => w === given);
  if (word !== undefined) return word;
  throw invalidOption(`--fail-on must be error, warning, breaking or diff, not '${given}'`);
}

/** One for each request, so that runs of two do not meet; without a request one for each run. */
function environmentName(env: Env): string {
  const pull = pullRequest(env);
  if (pull !== undefined) return `pr_${pull}`;
  const merge = /^\d+$/.exec(env['CI_MERGE_REQUEST_IID'] ?? '')?.[0];
  return merge === undefined ? `ci_${randomBytes(4).toString('hex')}` : `mr_${merge}`;
}

/** A warehouse to throw away, with nothing but what is built. */
interface Apart {
  readonly folder: string;
  /** Where it is, for who keeps it. */
  readonly kept: string;
  readonly options: Pick<WorkspaceOptions, 'warehouse' | 'base' | 'now' | 'sample'>;
}

function sampled(invocation: Invocation): Apart | undefined {
  const rows = invocation.number('sample', '--sample', 1, true);
  if (rows === undefined) return undefined;
  if (invocation.text('base') !== undefined || invocation.text('baseFile') !== undefined)
    throw invalidOption(
      'what is built on a sample is compared with nothing: give --sample, or --base or --base-file',
    );
  const folder = mkdtempSync(join(tmpdir(), 'sluice-ci-'));
  return { folder, kept: folder, options: { sample: { rows, folder } } };
}

/** A warehouse over the file of `--base-file`: what is built goes there, all else is read where it is. */
async function overBase(invocation: Invocation, environment: string): Promise<Apart | undefined> {
  const file = invocation.text('baseFile');
  if (file === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-ci-'));
  const lockTimeout = (invocation.number('lockTimeout', '--lock-timeout', 0, false) ?? 30) * 1000;
  const base = invocation.path(file);
  try {
    // The engine is loaded for this alone.
    const { overlayWarehouse } = await import('@sluice/core');
    const { warehouse, asOf } = await overlayWarehouse(base, folder, environment, {
      label: file,
      lockTimeout,
    });
    // Days that passed since are no change of the request, and computing them would copy what they belong to.
    return {
      folder,
      kept: `${warehouse}, whose other tables are in the base: attach that as sluice_base`,
      options: { base, warehouse, ...(asOf === undefined ? {} : { now: () => asOf }) },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Reports in files, and the summary of a job of GitHub Actions. */
function writeReports(invocation: Invocation, { document, diagnostics }: Answer<CiDocument>): void {
  const { env } = invocation.context;
  const write = (option: string, text: () => string): void => {
    const given = invocation.text(option);
    if (given === undefined) return;
    const path = invocation.path(given);
    mkdirSync(dirname(path), { recursive: true });
    writeOutput(path, given, 'a report', text());
  };
  write('markdown', () => renderCiMarkdown(document));
  write('junit', () => renderCiJUnit(document));
  write(
    'sarif',
    () => `${JSON.stringify(toSarif(diagnostics, repositoryOf(invocation.root(), env)), null, 2)}\n`,
  );
  write('report', () => `${JSON.stringify(document, null, 2)}\n`);
  const summary = env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') appendFileSync(summary, renderCiMarkdown(document));
}

function printCi(invocation: Invocation, answer: Answer<CiDocument>, format: string): void {
  const { context } = invocation;
  switch (format) {
    case 'markdown':
      context.stdout.write(renderCiMarkdown(answer.document));
      break;
    case 'github':
      context.stdout.write(
        renderAnnotations(
          answer.diagnostics,
          answer.document.findings,
          repositoryOf(invocation.root(), context.env),
        ) + renderCi(answer.document, invocation.out),
      );
      break;
    case 'json':
      print(invocation, answer, renderCi, 'json');
      break;
    default:
      // For people the table of rows says more than the sentence that goes to machines.
      print(
        invocation,
        { ...answer, diagnostics: answer.diagnostics.filter((d) => !SHOWN_AS_ROWS.has(d.code)) },
        renderCi,
        'text',
      );
  }
}

const SHOWN_AS_ROWS: ReadonlySet<string> = new Set(['test-failed', 'audit-warning']);

/** Never the reason that a run fails: the report is in the log and the summary too. */
async function comment(invocation: Invocation, document: CiDocument): Promise<void> {
  if (!invocation.flag('comment')) return;
  const { stderr, env } = invocation.context;
  const forge = forgeOf(env);
  if (typeof forge === 'string') {
    stderr.write(`No comment was written: ${forge}.\n`);
    return;
  }
  const done = await upsertComment(forge, markerOf(document.project), renderCiMarkdown(document));
  if (done.kind === 'refused') stderr.write(`No comment was written: ${done.why}.\n`);
}
