/**
 * The skipped tests (`name: reason`) that the list does not name. The list has one name of a test on each line; an empty line
 * or one that starts with `#` says nothing.
 */
export const unexpectedSkips = (skipped: readonly string[], list: string): readonly string[] => {
  const allowed = list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return skipped.filter((skip) => !allowed.some((name) => skip === name || skip.startsWith(`${name}: `)));
};
