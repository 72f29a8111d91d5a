/** A directive of nginx, with the block that follows it if there is one. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
  readonly block: readonly Directive[] | undefined;
}

/** What is wrong in a text, and where. */
export class SyntaxProblem extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

interface Token {
  readonly text: string;
  readonly line: number;
  /** In quotes, so that it is no brace and no semicolon. */
  readonly quoted: boolean;
}

/** A comment; a string; a word, which may contain `${name}`; a brace or a semicolon. */
const TOKEN =
  /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:\$\{[^}\n]*\}|\\.|[^\s;{}"'#\\])(?:\$\{[^}\n]*\}|\\.|[^\s;{}\\])*|[;{}]/gs;

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const skip = (to: number): void => {
    const between = text.slice(at, to);
    if (between.trim() !== '') throw new SyntaxProblem(line, `cannot read ${between.trim().slice(0, 20)}`);
    line += between.split('\n').length - 1;
    at = to;
  };
  for (const match of text.matchAll(TOKEN)) {
    skip(match.index);
    const [whole] = match;
    const quoted = whole.startsWith('"') || whole.startsWith("'");
    if (!whole.startsWith('#'))
      tokens.push({
        text: (quoted ? whole.slice(1, -1) : whole).replace(/\\(.)/gs, '$1'),
        line,
        quoted,
      });
    line += whole.split('\n').length - 1;
    at = match.index + whole.length;
  }
  skip(text.length);
  return tokens;
};

const endless = ({ line, text }: Token): SyntaxProblem =>
  new SyntaxProblem(line, `"${text}" does not end with ";"`);

/** How deep blocks are nested: nginx itself needs five. */
const DEEPEST = 64;

/** The directives of a configuration file of nginx. Throws SyntaxProblem. */
export const parseNginx = (text: string): readonly Directive[] => {
  const tokens = tokensOf(text);
  let at = 0;
  const block = (opened: number | undefined, depth: number): readonly Directive[] => {
    const found: Directive[] = [];
    for (let words: Token[] = []; ; ) {
      const token = tokens[at++];
      if (token === undefined) {
        const [unended] = words;
        if (unended !== undefined) throw endless(unended);
        if (opened !== undefined) throw new SyntaxProblem(opened, 'this block is not closed with "}"');
        return found;
      }
      const mark = token.quoted ? '' : token.text;
      if (mark === '}') {
        const [unended] = words;
        if (unended !== undefined) throw endless(unended);
        if (opened === undefined) throw new SyntaxProblem(token.line, 'unexpected "}"');
        return found;
      }
      if (mark !== ';' && mark !== '{') {
        words.push(token);
        continue;
      }
      const [first, ...args] = words;
      if (first === undefined) throw new SyntaxProblem(token.line, `unexpected "${mark}"`);
      if (depth > DEEPEST) throw new SyntaxProblem(token.line, 'blocks are nested too deeply');
      found.push({
        name: first.text,
        args: args.map((word) => word.text),
        line: first.line,
        block: mark === '{' ? block(token.line, depth + 1) : undefined,
      });
      words = [];
    }
  };
  return block(undefined, 0);
};
