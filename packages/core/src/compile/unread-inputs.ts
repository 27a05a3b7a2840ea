/**
 * Names in `depends_on` that a model does not read. Those that it reads are found in its query, and SQLMesh's projects name them here
 * as well; what stands here alone Sluice could neither wait for in earnest nor replace by the table of an environment.
 */
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { Compilation } from './compilation.ts';

/** Only of models without errors: of the others it is not known what they read. */
export function unreadInputs(c: Compilation): readonly Diagnostic[] {
  return [...c.known.values()].flatMap(({ node }) => {
    if (node.node !== 'model') return [];
    const read = new Set([...node.dependencies, ...node.audits.flatMap((a) => a.dependencies)]);
    if (node.readsItself === true) read.add(node.name);
    return node.definition.dependsOn.flatMap(({ schema, table, location }) => {
      const name = c.lookup.find(schema, table);
      if (name !== undefined && read.has(name)) return [];
      const said = `${schema === '' ? '' : `${schema}.`}${table}`;
      return [
        diagnostic(
          'unused-property',
          name === undefined
            ? `'depends_on' names ${said}, and there is no such model or source`
            : `'depends_on' names ${name}, which neither the query nor an audit reads, so it has no effect`,
          {
            location,
            hint: 'What is read in the query is found there. Read it, or take it out of the list.',
          },
        ),
      ];
    });
  });
}
