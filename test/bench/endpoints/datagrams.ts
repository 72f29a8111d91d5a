import { fileURLToPath } from 'node:url';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import type { Environment } from '../environment.ts';
import { startServer } from '../server-process.ts';
import type { Endpoint } from '../template.ts';

const PROGRAM = fileURLToPath(new URL('datagram-server.ts', import.meta.url));

/**
 * Starts a server of UDP with as many ports as the shape has endpoints. At the port of each endpoint's
 * `counts` it tells what has arrived at all of them.
 */
export const openDatagramEndpoints = async (
  environment: Environment,
  mode: 'Answer' | 'Count',
): Promise<readonly Endpoint[]> => {
  const { network, shape } = environment;
  const [counts = 0, ...ports] = await freePorts(1 + shape.endpoints);
  const address = network.address.endpoint;
  await startServer(
    environment,
    'endpoint',
    'datagrams',
    [process.execPath, PROGRAM, address, mode, ...[counts, ...ports].map(String)],
    ports[0] as number,
    'udp',
  );
  return ports.map((port, index) => ({ name: `endpoint-${index + 1}`, address, port, counts }));
};
