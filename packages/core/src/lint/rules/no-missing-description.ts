import type { Rule } from '../rule.ts';

/** Every model says what it is. */
export const noMissingDescription: Rule = {
  name: 'no-missing-description',
  check({ model }) {
    const { description, nameLocation } = model.definition;
    if (description !== undefined && description.trim() !== '') return [];
    return [
      {
        message: `${model.name} has no description`,
        location: nameLocation,
        hint: `Add one: description 'One row per …'.`,
      },
    ];
  },
};
