import type { Target } from '../line.ts';
import { tool } from '../tools.ts';
import { type IperfResult, parseIperf } from './parse-iperf.ts';
import { runClient } from './run-client.ts';

/** As many bytes as go through, from client to endpoint, over `streams` connections to `port`. */
export const runIperf = async (
  { place, address }: Pick<Target, 'place' | 'address'>,
  port: number,
  streams: number,
  seconds: number,
): Promise<IperfResult> =>
  parseIperf(
    await runClient(place, [
      tool(place.tools, 'iperf3').path,
      ...['--client', address, '--port', String(port)],
      ...['--parallel', String(streams), '--time', String(seconds), '--json'],
    ]),
  );
