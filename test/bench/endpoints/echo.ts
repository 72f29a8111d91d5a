import { fileURLToPath } from 'node:url';
import { freePort } from '../../../tooling/process/free-ports.ts';
import type { Place } from '../place.ts';
import { startServer } from '../server-process.ts';
import type { Endpoint } from '../template.ts';

const PROGRAM = fileURLToPath(new URL('echo-server.ts', import.meta.url));

/** Two servers that hold connections open. */
export const openEchoEndpoints = (place: Place): Promise<readonly Endpoint[]> =>
  Promise.all(
    ['echo-1', 'echo-2'].map(async (name) => {
      const port = await freePort();
      const address = place.network.address.endpoint;
      await startServer(place, 'endpoint', name, [process.execPath, PROGRAM, address, String(port)], port);
      return { name, address, port };
    }),
  );
