import { suggestAsync } from '@optique/core/parser';
import type { Lookup } from './names.ts';
import { requestParser } from './request.ts';

/** The directive with which kubectl offers no file names: ShellCompDirectiveNoFileComp of cobra. */
const NO_FILES = ':4';

/**
 * What may stand in place of the last word, as kubectl expects it of a plugin: one in each line, and a
 * directive for the shell at the end.
 */
export const completionLines = async (
  words: readonly string[],
  lookup: Lookup,
): Promise<readonly string[]> => {
  const [first = '', ...more] = words;
  const found = await suggestAsync(requestParser(lookup), [first, ...more]);
  return [...found.flatMap((one) => (one.kind === 'literal' ? [one.text] : [])), NO_FILES];
};
