/** Which folder a command is about, and which one CI counts paths from. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The nearest folder upwards that holds a project; where the command is run if there is none. */
export function projectFolder(from: string): string {
  return upwards(from).find(holdsProject) ?? from;
}

/** Settings of SQLMesh; the name `config.yaml` alone says nothing, other tools have one too. */
const SQLMESH = /^(?:gateways|default_gateway|model_defaults)\s*:/m;

function holdsProject(folder: string): boolean {
  if (existsSync(join(folder, 'project.yaml'))) return true;
  return ['config.yaml', 'config.yml'].some((name) => SQLMESH.test(readIfThere(join(folder, name))));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The folder that code scanning and annotations count paths from, and the project's place in it. */
export interface Repository {
  /** Absolute. */
  readonly root: string;
  /** What stands before a path of the project: empty, or folders with `/` at the end. */
  readonly prefix: string;
}

/** The git work tree that a project is in; without one the workspace of GitHub Actions, else the project itself. */
export function repositoryOf(project: string, env: Readonly<Record<string, string | undefined>>): Repository {
  const workspace = env['GITHUB_WORKSPACE'];
  const root =
    upwards(project).find((folder) => existsSync(join(folder, '.git'))) ??
    (workspace !== undefined && upwards(project).includes(workspace) ? workspace : project);
  const inside = relative(root, project).split(sep).join('/');
  return { root, prefix: inside === '' ? '' : `${inside}/` };
}

/** The folder and all above it. */
function upwards(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}
