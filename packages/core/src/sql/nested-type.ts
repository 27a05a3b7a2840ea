/** Types whose values are more than one text can say: lists, structs and their like go through JSON. */
export function isNestedType(type: string): boolean {
  return /^(STRUCT|MAP|UNION|VARIANT|JSON)|\]$/i.test(type);
}
