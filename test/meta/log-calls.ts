import { withoutComments } from './comments.ts';
import { lineAt } from './finding.ts';

export interface LogCall {
  readonly line: number;
  /** Source texts of the arguments. */
  readonly args: readonly string[];
}

const CALL = /\b(?:log|logger)\.(?:trace|debug|info|warn|error|fatal)\(/g;
const OPEN = '([{';
const CLOSE = ')]}';
const QUOTES = '\'"`';

const endOfString = (code: string, start: number): number => {
  const quote = code[start];
  let at = start + 1;
  while (at < code.length && code[at] !== quote) at += code[at] === '\\' ? 2 : 1;
  return at;
};

/** The arguments of one call; `start` is the offset after its opening parenthesis. */
const argumentsAt = (code: string, start: number): readonly string[] => {
  const args: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < code.length; at++) {
    const character = code[at] ?? '';
    if (QUOTES.includes(character)) at = endOfString(code, at);
    else if (OPEN.includes(character)) depth++;
    else if (depth === 0 && (character === ',' || character === ')')) {
      args.push(code.slice(from, at).trim());
      from = at + 1;
      if (character === ')') break;
    } else if (CLOSE.includes(character)) depth--;
  }
  return args.filter((argument) => argument !== '');
};

/** All calls of a logger in a TypeScript file. */
export const logCalls = (text: string): readonly LogCall[] => {
  const code = withoutComments(text);
  return [...code.matchAll(CALL)].map((match) => ({
    line: lineAt(code, match.index),
    args: argumentsAt(code, match.index + match[0].length),
  }));
};
