import type { Target } from '../line.ts';
import { tool } from '../tools.ts';
import { type IperfResult, parseIperf } from './parse-iperf.ts';
import { runClient } from './run-client.ts';

/** Sends as many bytes as possible from client to endpoint, over `streams` connections to `port`. */
export const runIperf = async (
  { environment, address }: Pick<Target, 'environment' | 'address'>,
  port: number,
  streams: number,
  seconds: number,
): Promise<IperfResult> =>
  parseIperf(
    await runClient(
      environment,
      [
        tool(environment.tools, 'iperf3').path,
        ...['--client', address, '--port', String(port)],
        ...['--parallel', String(streams), '--time', String(seconds), '--json'],
      ],
      seconds,
    ),
  );
