/** The file system as Sluice sees it: read-only, paths relative to the project folder with `/`. Tests use a map. */
export interface ProjectFiles {
  /** All files below a folder (recursive), sorted; empty when the folder does not exist. */
  list(folder: string): readonly string[];
  /** A file's text (UTF-8), or undefined when it does not exist. */
  read(path: string): string | undefined;
}
