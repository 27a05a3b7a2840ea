/** One random change to a tree of choices. */
import type { Branch, Choice, Leaf } from './choice-tree.ts';
import type { Random } from './random.ts';

/** The tree with one change: another answer, two like parts swapped, one copied over another, a part made anew or wrapped. */
export function mutateTree(random: Random, tree: Branch): Branch {
  const leaves: Leaf[] = [];
  const branches: Branch[] = [];
  collect(tree, leaves, branches);
  const dice = random.below(100);
  if (dice < 60) {
    const meant = leaves.filter((leaf) => leaf.options > 1 && !leaf.style);
    // First what is chosen, then where: a rare thing, such as EXCLUDE, is as likely as the many columns.
    const labels = [...new Set(meant.map((leaf) => leaf.label))];
    if (labels.length > 0) {
      const label = random.of(labels);
      return withOther(random, tree, random.of(meant.filter((leaf) => leaf.label === label)));
    }
  }
  if (dice < 68) {
    const styles = leaves.filter((leaf) => leaf.options > 1 && leaf.style);
    if (styles.length > 0) return withOther(random, tree, random.of(styles));
  }
  if (dice < 82) {
    const pairs = branches.flatMap(likeChildren);
    if (pairs.length > 0) {
      const [one, other] = random.of(pairs);
      return replace(
        tree,
        new Map<Choice, Choice>([
          [one, other],
          [other, one],
        ]),
      );
    }
  }
  const parts = branches.filter((branch) => branch !== tree);
  if (parts.length === 0) return tree;
  const part = random.of(parts);
  if (dice < 89) {
    const others = parts.filter((other) => other.label === part.label && other !== part);
    if (others.length > 0) return replace(tree, new Map([[part, random.of(others)]]));
  }
  // A relation in a new relation: its other answers are made by chance.
  if (dice < 95) return replace(tree, new Map([[part, { ...part, children: [part] }]]));
  return replace(tree, new Map([[part, { ...part, children: [] }]]));
}

function collect(branch: Branch, leaves: Leaf[], branches: Branch[]): void {
  branches.push(branch);
  for (const child of branch.children) {
    if (child.kind === 'leaf') leaves.push(child);
    else collect(child, leaves, branches);
  }
}

function withOther(random: Random, tree: Branch, leaf: Leaf): Branch {
  // Half of the time one that stands beside it: grammars list together what is easily mistaken.
  const steps = random.chance(50) ? random.of([1, leaf.options - 1]) : 1 + random.below(leaf.options - 1);
  const value = (leaf.value + steps) % leaf.options;
  return replace(tree, new Map([[leaf, { ...leaf, value }]]));
}

/** Pairs of parts with one label below one branch: operands of a call, sides of a join, keys of a group. */
function likeChildren(branch: Branch): readonly (readonly [Choice, Choice])[] {
  const pairs: (readonly [Choice, Choice])[] = [];
  for (const [at, one] of branch.children.entries()) {
    if (one.kind === 'leaf') continue;
    for (const other of branch.children.slice(at + 1))
      if (other.kind === 'branch' && other.label === one.label) pairs.push([one, other]);
  }
  return pairs;
}

function replace(tree: Branch, by: ReadonlyMap<Choice, Choice>): Branch {
  const children = tree.children.map((child): Choice => {
    const other = by.get(child);
    if (other !== undefined) return other;
    return child.kind === 'leaf' ? child : replace(child, by);
  });
  return { ...tree, children };
}
