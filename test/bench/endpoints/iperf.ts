import { freePort } from '../../../tooling/process/free-ports.ts';
import type { Environment } from '../environment.ts';
import { startServer } from '../server-process.ts';
import type { Endpoint } from '../template.ts';
import { tool } from '../tools.ts';

/** Starts one iperf3 server: the control connection and the streams of a test must reach the same process. */
export const openIperfEndpoint = async (environment: Environment): Promise<readonly Endpoint[]> => {
  const port = await freePort();
  const address = environment.network.address.endpoint;
  const program = tool(environment.tools, 'iperf3').path;
  await startServer(
    environment,
    'endpoint',
    'iperf',
    [program, '--server', '--bind', address, '--port', String(port)],
    port,
  );
  return [{ name: 'iperf', address, port }];
};
