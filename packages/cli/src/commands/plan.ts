import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { PLAN_OPTIONS } from '../plan-options.ts';
import { print } from '../output.ts';
import { hasChanges, renderPlan } from '../render/plan.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function plan(invocation: Invocation): Promise<number> {
  const environment = invocation.args[0] ?? 'prod';
  const output = invocation.text('output');
  const detail = { explain: invocation.flag('explain'), full: invocation.flag('full') };
  const explain = detail.full ? ('full' as const) : ('short' as const);
  const options = { ...invocation.planOptions(), ...(detail.explain ? { explain } : {}) };
  const format = invocation.format();
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.plan(environment, options);
    const bad = hasErrors(answer.diagnostics);
    if (output !== undefined && !bad) {
      const { writeOutput } = await import('../write-output.ts');
      const text = `${JSON.stringify(answer.document, null, 2)}\n`;
      writeOutput(invocation.path(output), output, 'the plan', text);
    }
    reporter.stop();
    print(invocation, answer, (document, style) => renderPlan(document, style, detail), format);
    if (bad) return EXIT.bad;
    const changes = hasChanges(answer.document);
    if (output !== undefined) reporter.say(`Saved as ${output}; \`sluice apply ${output}\` does just this.`);
    else if (changes && format !== 'json' && format !== 'sarif') {
      const target = environment === 'prod' ? '' : ` ${environment}`;
      reporter.say(`\`sluice apply${target}${given(invocation)}\` does this.`);
    }
    return changes && invocation.flag('detailedExitcode') ? EXIT.changes : EXIT.good;
  });
}

/** The options that apply has to be given as well. */
function given(invocation: Invocation): string {
  return PLAN_OPTIONS.flatMap(({ name, flag }) => {
    if (invocation.flag(name)) return [` ${flag}`];
    const value = invocation.text(name);
    if (value === undefined) return [];
    return ` ${flag} ${/^[\w.:+-]+$/.test(value) ? value : `'${value}'`}`;
  }).join('');
}
