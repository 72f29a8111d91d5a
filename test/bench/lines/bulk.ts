import { openIperfEndpoint } from '../endpoints/iperf.ts';
import { everywhere, type Line } from '../line.ts';
import { withCpu } from '../measure/cpu-cost.ts';
import { runIperf } from '../measure/iperf.ts';

const GIBIBYTE = 2 ** 30;

/** Bulk transfer from client to endpoint, as fast as possible. */
export const bulk = (streams: number): Line => ({
  name: `bulk-${streams}`,
  title: streams === 1 ? 'bulk bytes, one stream' : `bulk bytes, ${streams} streams`,
  figures: [
    { name: 'bytes/s', unit: 'GB/s', better: 'Higher' },
    { name: 'CPU per GiB', unit: 'ms', better: 'Lower' },
  ],
  tools: ['iperf3'],
  describe: ({ seconds }) => `iperf3 --parallel ${streams} --time ${seconds}`,
  duration: ({ seconds }) => seconds,
  isFor: everywhere,
  fresh: false,
  withoutBalancer: true,
  openEndpoints: openIperfEndpoint,
  async warmUp(target) {
    await runIperf(target, target.ports[0], streams, 1);
    return undefined;
  },
  async measure(target) {
    const { result, cpuSeconds } = await withCpu(target, () =>
      runIperf(target, target.ports[0], streams, target.environment.seconds),
    );
    return {
      'bytes/s': result.bytes / result.seconds / 1e9,
      'CPU per GiB': cpuSeconds === undefined ? undefined : (cpuSeconds * 1000) / (result.bytes / GIBIBYTE),
    };
  },
});
