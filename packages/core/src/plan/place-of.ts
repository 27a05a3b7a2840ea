import type { CompiledNode } from '../compile/compiled.ts';
import { forwardPlace, livingPlace } from './living-place.ts';
import { physicalName, PROD, storageOf } from './physical.ts';
import { livesOn, ownOf, placeAt, shownIn, standing, type Place, type Surroundings } from './place.ts';

/**
 * Most nodes live where their version says. A table that lives on stays where the environment shows it, and a changed
 * definition gets a table that begins with its rows. Outside of `prod` such a table, and every table computed from it, is the
 * environment's alone: equal versions would not mean equal rows.
 */
export function placeOf(node: CompiledNode, around: Surroundings): Place {
  if (livesOn(node)) return livingPlace(node, around);
  return forwardPlace(node, around) ?? plainPlace(node, around);
}

function plainPlace(node: CompiledNode, around: Surroundings): Place {
  const { viewInputs, readsPrivate, mixedInputs } = around;
  const stays = unmoved(node, around);
  const physical = stays ?? physicalName(node, viewInputs, ownOf(node, around));
  const place = placeAt(node, physical, around);
  const isPlain = physical.name === physicalName(node, viewInputs).name;
  const isMixed = mixedInputs.length > 0 && (storageOf(node) !== 'table' || !isPlain);
  return { ...place, isPrivate: readsPrivate, isMixed };
}

/**
 * The table that is shown of a node whose inputs have rows of several definitions, when it means the same over all of them:
 * then it holds what it would hold over any of them.
 */
function unmoved(node: CompiledNode, around: Surroundings): Place['physical'] | undefined {
  const { environment, mixedInputs, readsPrivate, state } = around;
  if (storageOf(node) !== 'table' || mixedInputs.length === 0 || readsPrivate) return undefined;
  const inProd = state.environments.get(PROD)?.models;
  const isAsProd = mixedInputs.every(({ model, key }) => inProd?.get(model)?.physical === key);
  const shown = shownIn(environment, node, around) ?? (isAsProd ? shownIn(PROD, node, around) : undefined);
  const snapshot = shown === undefined ? undefined : standing(shown, around);
  return snapshot?.version === node.version ? snapshot.physical : undefined;
}
