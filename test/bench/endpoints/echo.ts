import { fileURLToPath } from 'node:url';
import { freePort } from '../../../tooling/process/free-ports.ts';
import type { Environment } from '../environment.ts';
import { startServer } from '../server-process.ts';
import type { Endpoint } from '../template.ts';

const PROGRAM = fileURLToPath(new URL('echo-server.ts', import.meta.url));

/** Starts two echo servers, which hold connections open. */
export const openEchoEndpoints = (environment: Environment): Promise<readonly Endpoint[]> =>
  Promise.all(
    ['echo-1', 'echo-2'].map(async (name) => {
      const port = await freePort();
      const address = environment.network.address.endpoint;
      await startServer(
        environment,
        'endpoint',
        name,
        [process.execPath, PROGRAM, address, String(port)],
        port,
      );
      return { name, address, port };
    }),
  );
