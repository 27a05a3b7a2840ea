/** Values that are NULL because what they are computed from is. */
import { propertyOf } from './expression-reader.ts';
import { STRICT } from './functions.ts';
import { constantText, TRUE, type ColumnTerm, type Term } from './term.ts';

/** Whether a value is NULL in all rows in which such columns are. */
export function isNullWhere(isNull: (column: ColumnTerm) => boolean): (term: Term) => boolean {
  const test = (term: Term): boolean =>
    term.kind === 'column' ? isNull(term) : strictOperands(term).some(test);
  return test;
}

/** Operands of which one that is NULL makes the value NULL. */
function strictOperands(term: Term): readonly Term[] {
  if (hasText(propertyOf(term, 'type'), 'OPERATOR_CAST')) return [propertyOf(term, 'child') ?? TRUE];
  const name = propertyOf(term, 'name');
  const children = propertyOf(term, 'children');
  const isStrict = [...STRICT].some((one) => hasText(name, one));
  return isStrict && children?.kind === 'call' ? children.operands : [];
}

function hasText(term: Term | undefined, text: string): boolean {
  return term?.kind === 'atom' && term.hash === constantText(text).hash;
}
