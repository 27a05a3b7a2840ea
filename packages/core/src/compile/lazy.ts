/** Makes a value when it is first asked for, and once. */
export function lazy<T, A extends readonly unknown[]>(make: (...given: A) => T): (...given: A) => T {
  let made: { readonly value: T } | undefined;
  return (...given) => (made ??= { value: make(...given) }).value;
}
