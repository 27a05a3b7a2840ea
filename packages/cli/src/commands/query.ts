import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print, writeJson } from '../output.ts';
import { renderCsv, renderQuery } from '../render/query.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function query(invocation: Invocation): Promise<number> {
  const [sql = ''] = invocation.args;
  const format = invocation.format(['table', 'csv', 'json']);
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.query(sql, invocation.text('env') ?? 'prod');
    reporter.stop();
    if (format === 'json' && !invocation.json) writeJson(invocation.context.stdout, answer.document);
    else print(invocation, answer, format === 'csv' ? renderCsv : renderQuery);
    return EXIT.good;
  });
}
