import type { Rule } from '../rule.ts';

/** A model that holds rows has at least one audit. Embedded models are audited where they are read. */
export const noMissingAudits: Rule = {
  name: 'no-missing-audits',
  check({ model }) {
    const { audits, kind, nameLocation } = model.definition;
    if (audits.length > 0 || kind.kind === 'EMBEDDED' || kind.kind === 'EXTERNAL') return [];
    return [
      {
        message: `${model.name} has no audits`,
        location: nameLocation,
        hint: 'Add some: audits (not_null(columns := (id)), unique_values(columns := (id))).',
      },
    ];
  },
};
