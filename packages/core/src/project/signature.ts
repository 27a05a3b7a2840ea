/**
 * Reads the parameters of an exported function off its source text. Node strips types without a trace, so this is where
 * a macro's declared types are found: they say how SQL arguments are handed over.
 */
import type { MacroParameter } from './project.ts';

/** A parameter as it is declared. */
interface DeclaredParameter extends MacroParameter {
  /** It is a `MacroContext`. */
  readonly isContext?: boolean;
}

/** The parameters of `export function name(...)` or `export const name = (...) => ...`; undefined when it is neither. */
export function readSignature(source: string, name: string): readonly DeclaredParameter[] | undefined {
  const masked = maskTrivia(source);
  const escaped = name.replaceAll('$', String.raw`\$`);
  const start = new RegExp(
    String.raw`\bexport\s+(?:async\s+)?(?:function\s*\*?\s*${escaped}\s*(?:<[^(]*>)?|(?:const|let|var)\s+${escaped}\s*(?::[^=]*)?=\s*(?:async\s+)?(?:function\s*\w*\s*)?(?:<[^(]*>)?)\s*\(`,
  ).exec(masked);
  if (start === null) return undefined;
  return parameters(source, masked, start.index + start[0].length);
}

/** The parameters of a function as the engine prints it, types gone: for functions whose source was not found. */
export function readCompiledSignature(text: string): readonly DeclaredParameter[] {
  const masked = maskTrivia(text);
  const open = masked.indexOf('(');
  return open < 0 ? [] : parameters(text, masked, open + 1);
}

function parameters(source: string, masked: string, from: number): readonly DeclaredParameter[] {
  const found: DeclaredParameter[] = [];
  let start = from;
  let depth = 0;
  for (let i = from; i < masked.length; i++) {
    const char = masked[i] ?? '';
    const isEnd = depth === 0 && (char === ')' || char === ',');
    if (isEnd) {
      const parameter = parameterOf(source.slice(start, i), masked.slice(start, i));
      if (parameter !== undefined) found.push(parameter);
      start = i + 1;
      if (char === ')') break;
    } else if ('([{<'.includes(char)) depth++;
    else if (')]}'.includes(char) || (char === '>' && masked[i - 1] !== '=')) depth--;
  }
  return found;
}

function parameterOf(text: string, masked: string): DeclaredParameter | undefined {
  const name = /^\s*(\.\.\.)?\s*([\p{L}_$][\p{L}\d_$]*)\s*(\?)?/u.exec(masked);
  if (name === null || name[2] === 'this') return undefined;
  const rest = masked.slice(name[0].length);
  const equals = /(?<![=!<>])=(?![=>])/.exec(rest);
  const declared = text.slice(name[0].length, name[0].length + (equals?.index ?? rest.length));
  const type = declared.replace(/^\s*:/, '').trim();
  const isRest = name[1] !== undefined;
  return {
    name: name[2] ?? '',
    ...typeOf(type),
    ...(CONTEXT.test(type) ? { isContext: true } : {}),
    isRest,
    isOptional: isRest || name[3] !== undefined || equals !== null || /\bundefined\b/.test(type),
  };
}

/** `MacroContext`, however it was imported. */
const CONTEXT = /^(?:[\w$]+\.|import\([^)]*\)\.)?MacroContext$/;

function typeOf(declared: string): Pick<MacroParameter, 'type' | 'isList'> {
  const plain = declared.replace(/\|\s*(undefined|null)\b/g, '').trim();
  const list = /^(?:readonly\s+)?(?:\((.*)\)|([\w$]+))\[\]$|^(?:Readonly)?Array<(.*)>$/s.exec(plain);
  const element = (list === null ? plain : (list[1] ?? list[2] ?? list[3] ?? '')).trim();
  const isList = list !== null;
  switch (element) {
    case 'string':
    case 'number':
    case 'boolean':
      return { type: element, isList };
    case 'Sql':
      return { type: 'sql', isList };
    default:
      return { type: /^(['"`].*['"`]\s*\|?\s*)+$/s.test(element) ? 'string' : 'any', isList };
  }
}

/** The same text with comments and the insides of strings blanked, so that their brackets do not count. */
function maskTrivia(source: string): string {
  return source.replaceAll(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    (found) => (found.startsWith('/') ? ' ' : '_').repeat(found.length),
  );
}
