import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { quarantineOptions } from '../quarantine-options.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function quarantineExport(invocation: Invocation): Promise<number> {
  const [file = '', model = ''] = invocation.args;
  return withWorkspace(invocation, async (workspace, reporter) => {
    const path = invocation.path(file);
    const answer = await workspace.exportQuarantine(model, path, quarantineOptions(invocation));
    reporter.stop();
    print(invocation, answer, (document) => `${document.summary}\n`);
    return EXIT.good;
  });
}
