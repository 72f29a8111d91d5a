import { fileURLToPath } from 'node:url';
import { freePort } from '../../../tooling/process/free-ports.ts';
import type { Environment } from '../environment.ts';
import { startServer } from '../server-process.ts';
import type { Endpoint } from '../template.ts';

const PROGRAM = fileURLToPath(new URL('stream-server.ts', import.meta.url));

/** Starts one server that reads every stream to its end, or sends as many bytes as it can. */
export const openStreamEndpoint = async (
  environment: Environment,
  mode: 'Sink' | 'Source',
): Promise<readonly Endpoint[]> => {
  const port = await freePort();
  const address = environment.network.address.endpoint;
  const argv = [process.execPath, PROGRAM, address, String(port), mode] as const;
  await startServer(environment, 'endpoint', 'streams', [...argv], port);
  return [{ name: 'streams', address, port }];
};
