import { nodeKey } from '../../compile/index.ts';
import type { Rule } from '../rule.ts';

/** A model of a schema that is there for others to read, and nobody does. */
export const noUnreadModels: Rule = {
  name: 'no-unread-models',
  check({ model }, { readers }, { schemas }) {
    const { schema, nameLocation } = model.definition;
    const isMeant = (schemas ?? ['staging']).some((s) => nodeKey(s) === nodeKey(schema));
    if (!isMeant || (readers.get(model.name) ?? []).length > 0) return [];
    return [
      {
        message: `nobody reads ${model.name}`,
        location: nameLocation,
        hint: 'Remove it, or read it.',
      },
    ];
  },
};
