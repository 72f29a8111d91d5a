const STRING_OR_COMMENT =
  /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** TypeScript with its comments replaced by spaces; every line keeps its number. */
export const withoutComments = (text: string): string =>
  text.replace(STRING_OR_COMMENT, (found, string?: string) => string ?? found.replace(/[^\n]/g, ' '));

/** Each line of each comment, with its number from 1. */
export const commentsIn = (text: string): readonly { readonly line: number; readonly text: string }[] =>
  [...text.matchAll(STRING_OR_COMMENT)]
    .filter(([, string]) => string === undefined)
    .flatMap(({ index, 0: comment }) => {
      const first = text.slice(0, index).split('\n').length;
      return comment.split('\n').map((line, offset) => ({ line: first + offset, text: line }));
    });
