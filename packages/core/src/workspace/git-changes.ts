/** Which files differ from a commit of git, for selections. Nothing but `git` itself knows that. */
import { promisify } from 'node:util';
import { diagnostic, SluiceError } from '../diagnostic/index.ts';

/**
 * Files that differ from a branch, tag or commit, relative to the folder; new ones that git does not know yet included.
 * @throws {SluiceError} `invalid-option` when there is no git, no repository, or no such commit.
 */
export async function gitChanges(folder: string, ref: string): Promise<ReadonlySet<string>> {
  // Every command loads this file, and few ask git.
  const { execFile } = await import('node:child_process');
  const run = promisify(execFile);
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', [...args], { cwd: folder, maxBuffer: 64 * 1024 * 1024 })).stdout;
  const refuse = (message: string, hint: string): SluiceError =>
    new SluiceError(diagnostic('invalid-option', `'git:${ref}': ${message}`, { hint }));
  await git('rev-parse', '--is-inside-work-tree').catch((error: unknown) => {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw isMissing
      ? refuse('there is no git on this machine', 'Name the models, or install git.')
      : refuse('the project is not in a git repository', 'Name the models in another way.');
  });
  const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).catch(
    () => {
      throw refuse(
        'there is no such branch, tag or commit',
        'git branch --all lists the branches. In CI, fetch the branch to compare with first.',
      );
    },
  );
  const changed = await git('diff', '--name-only', '--relative', '-z', commit.trim(), '--');
  const added = await git('ls-files', '--others', '--exclude-standard', '-z');
  return new Set(`${changed}${added}`.split('\0').filter((path) => path !== ''));
}
