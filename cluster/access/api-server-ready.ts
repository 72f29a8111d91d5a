import { request } from 'node:https';

/** Whether the API server at `url` reports that it is ready; `ca` is its authority's certificate in PEM. */
export function isApiServerReady(url: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(`${url}/readyz`, { ca, agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(false));
    call.once('close', () => resolve(false));
    call.end();
  });
}
