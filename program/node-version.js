/** The oldest Node that runs this program; package.json says the same. */
export const LEAST_NODE = 26;

/**
 * Ends the program where Node is too old, in words: such a one could not read a single file of it, and would
 * complain about their names.
 *
 * @param {{ readonly version: string, readonly stderr: { write(text: string): unknown }, exit(code: number):
 * void }} process
 */
export const refuseOldNode = ({ version, stderr, exit }) => {
  if (Number(/^v(\d+)\./.exec(version)?.[1]) >= LEAST_NODE) return;
  stderr.write(
    `Node ${LEAST_NODE} or newer is needed, this is ${version}. \`npm ci\` brings it: start the program with node_modules/.bin/node.\n`,
  );
  exit(2);
};
