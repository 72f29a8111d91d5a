/**
 * The skipped tests (`name: reason`) that the list does not allow. It has one test name per line; empty
 * lines and lines that start with `#` are ignored.
 */
export const unexpectedSkips = (skipped: readonly string[], list: string): readonly string[] => {
  const allowed = list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return skipped.filter((skip) => !allowed.some((name) => skip === name || skip.startsWith(`${name}: `)));
};
