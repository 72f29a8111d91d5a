/**
 * Programs for `node -e` that a test runs where an engine's published ports are, without packages or a
 * checkout: both inside a container and beside one.
 */

/**
 * An HTTP server on `port` that answers `hello` at once. A request for /held waits for its response `held`
 * until somebody requests /release; /waiting returns how many are waiting.
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

/** Prints the response of `url`; fails if there is none within half a minute. */
export const get = (url: string): string => `
  fetch('${url}', { signal: AbortSignal.timeout(30_000) }).then(async (answer) => {
    process.stdout.write(await answer.text());
  });
`;
