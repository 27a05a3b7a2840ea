import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderTestCreated } from '../render/tests.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function testCreate(invocation: Invocation): Promise<number> {
  const [model = ''] = invocation.args;
  const rows = invocation.number('rows', '--rows', 1, true);
  const [name, where, environment] = ['name', 'where', 'env'].map((option) => invocation.text(option));
  const range = invocation.range();
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.createTest(model, {
      ...range,
      ...(name === undefined ? {} : { name }),
      ...(where === undefined ? {} : { where }),
      ...(environment === undefined ? {} : { environment }),
      ...(rows === undefined ? {} : { rows }),
      force: invocation.flag('force'),
    });
    reporter.stop();
    print(invocation, answer, renderTestCreated);
    return EXIT.good;
  });
}
