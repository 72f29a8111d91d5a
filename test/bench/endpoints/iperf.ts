import { freePort } from '../../../tooling/process/free-ports.ts';
import type { Place } from '../place.ts';
import { startServer } from '../server-process.ts';
import type { Endpoint } from '../template.ts';
import { tool } from '../tools.ts';

/** One iperf3 server: the control connection and the streams of a test must meet in one process. */
export const openIperfEndpoint = async (place: Place): Promise<readonly Endpoint[]> => {
  const port = await freePort();
  const address = place.network.address.endpoint;
  const program = tool(place.tools, 'iperf3').path;
  await startServer(
    place,
    'endpoint',
    'iperf',
    [program, '--server', '--bind', address, '--port', String(port)],
    port,
  );
  return [{ name: 'iperf', address, port }];
};
