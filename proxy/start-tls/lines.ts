import { textOf } from './opening.ts';

const LINE_FEED = 10;

/** A line of a protocol of text, without its end; `next` is where the next one begins. */
export interface Line {
  readonly text: string;
  readonly next: number;
}

/** The line that begins at `from`; undefined as long as its end has not come. */
export const lineAt = (bytes: Uint8Array, length: number, from = 0): Line | undefined => {
  for (let i = from; i < length; i++)
    if (bytes[i] === LINE_FEED) {
      const end = i > from && bytes[i - 1] === 13 ? i - 1 : i;
      return { text: textOf(bytes, from, end), next: i + 1 };
    }
  return undefined;
};
