import { expect, test } from 'vitest';
import { readCompiledSignature, readSignature } from './signature.ts';

function check(source: string, expected: string | undefined): void {
  const found = readSignature(source, 'f')?.map(
    (p) => `${p.isRest ? '...' : ''}${p.name}${p.isOptional ? '?' : ''}:${p.type}${p.isList ? '[]' : ''}`,
  );
  expect(found?.join(' '), source).toBe(expected);
}

test('parameters are read with their types', () => {
  check('export function f(a: string, b: number = 1, c?: boolean) {}', 'a:string b?:number c?:boolean');
  check(
    'export const f = (a: readonly string[], b: Array<number>, c: Sql[]): string => a',
    'a:string[] b:number[] c:sql[]',
  );
  check(
    'export function f<T>(a: Map<string, (x: T) => number>, ...more: string[]) {}',
    'a:any ...more?:string[]',
  );
  check(
    "export function f(a = ')', /* b) */ c: 'x' | 'y', // d)\n d: { e: 1 } = { e: 1 }) {}",
    'a?:any c:string d?:any',
  );
  check('export function f(a: string | undefined, this: unknown) {}', 'a?:string');
  check('export const f: (a: string) => string = function (a) { return a; };', undefined);
  check('export function fg(a: string) {} // export function f(x)', undefined);
  check('export function f() {}', '');
});

test('without the source, names are read off the function itself', () => {
  const names = readCompiledSignature(String((a: number, b = 2) => a + b)).map((p) => p.name);
  expect(names).toEqual(['a', 'b']);
});
