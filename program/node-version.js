/** The oldest supported version of Node, the same as in package.json. */
export const LEAST_NODE = 26;

/**
 * Ends the program with a message if Node is too old: such a version could not load any of its files, and
 * would report only their names.
 *
 * @param {{ readonly version: string, readonly stderr: { write(text: string): unknown }, exit(code: number):
 * void }} process
 */
export const refuseOldNode = ({ version, stderr, exit }) => {
  if (Number(/^v(\d+)\./.exec(version)?.[1]) >= LEAST_NODE) return;
  stderr.write(
    `Node ${LEAST_NODE} or newer is required, this is ${version}. In a checkout, \`npm ci\` installs it: start the program with node_modules/.bin/node.\n`,
  );
  exit(2);
};
