import { nodeKey } from '../../compile/index.ts';
import type { Rule } from '../rule.ts';

/** A model with a query has at least one unit test. Embedded models are tested where they are read. */
export const noMissingTests: Rule = {
  name: 'no-missing-tests',
  check({ model }, { testedModels }) {
    const { definition, name } = model;
    if (definition.query === undefined || definition.kind.kind === 'EMBEDDED') return [];
    if (testedModels().has(nodeKey(name))) return [];
    return [
      {
        message: `${name} has no unit test`,
        location: definition.nameLocation,
        hint: `Write one into tests/, or let sluice test create ${name} write it from real rows.`,
      },
    ];
  },
};
