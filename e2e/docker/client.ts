/**
 * Programs for `node -e` that a test runs where an engine's published ports are, with no packages and no checkout: in a
 * container as well as beside one.
 */

/**
 * An HTTP server on `port` that answers `hello` at once. Who asks for /held waits for the answer `held` until somebody
 * asks for /release; /waiting says how many do.
 */
export const webServer = (port: number): string => `
  const held = [];
  require('node:http').createServer((request, response) => {
    if (request.url === '/held') held.push(response);
    else if (request.url === '/waiting') response.end(String(held.length));
    else {
      if (request.url === '/release') for (const one of held.splice(0)) one.end('held');
      response.end('hello');
    }
  }).listen(${port});
`;

/** Prints what `url` answers; fails where it does not, or not within half a minute. */
export const get = (url: string): string => `
  fetch('${url}', { signal: AbortSignal.timeout(30_000) }).then(async (answer) => {
    process.stdout.write(await answer.text());
  });
`;
