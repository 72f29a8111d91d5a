/** A mark that says which test runs the commands of the block below it, or why none does. */
export interface Mark {
  readonly kind: 'not run' | 'run by';
  /** The reason, or the path of the test. */
  readonly text: string;
}

/** A fenced block of a Markdown page. */
export interface Block {
  readonly language: string;
  readonly body: string;
  /** Line number of the first line inside the block, starting at 1. */
  readonly line: number;
  readonly mark?: Mark;
}

export const MARK = /^<!-- (not run|run by): (\S.*?) -->$/;

const markOf = (line: string | undefined): Mark | undefined => {
  const [, kind, text = ''] = MARK.exec(line?.trim() ?? '') ?? [];
  return kind === 'not run' || kind === 'run by' ? { kind, text } : undefined;
};

/** The fenced blocks of a page, each with the mark above it, if any; blank lines in between are ignored. */
export const blocksOf = (text: string): readonly Block[] => {
  const blocks: Block[] = [];
  let open: { indent: number; language: string; line: number; body: string[] } | undefined;
  let mark: Mark | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', language = ''] = /^( *)```(\S*)\s*$/.exec(line) ?? [];
    const isFence = /^ *```/.test(line);
    if (open === undefined) {
      if (isFence) open = { indent: indent.length, language, line: index + 2, body: [] };
      else if (line.trim() !== '') mark = markOf(line);
    } else if (isFence) {
      const { body, language: opened, line: from } = open;
      blocks.push({
        language: opened,
        body: body.join('\n'),
        line: from,
        ...(mark === undefined ? {} : { mark }),
      });
      open = undefined;
      mark = undefined;
    } else open.body.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
  }
  return blocks;
};

/** The commands of a shell block: continuation lines joined, without comments and blank lines. */
export const commandsOf = (body: string): readonly string[] =>
  body
    .replace(/\s*\\\n\s*/g, ' ')
    .replace(/\n\s*\|/g, ' |')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s+)#(?:\s.*|$)/, '').trim())
    .filter((line) => line !== '');
