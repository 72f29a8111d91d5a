import { openStreamEndpoint } from '../endpoints/streams.ts';
import { everywhere, type Line } from '../line.ts';
import { withCpu } from '../measure/cpu-cost.ts';
import { runTls } from '../measure/tls.ts';
import { CLASSIC } from './tls.ts';

const GIBIBYTE = 2 ** 30;
/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 3;

/** Bulk transfer over TLS that the balancers end: they decrypt what clients upload, and encrypt downloads. */
export const tlsBulk = (kind: 'Upload' | 'Download', connections: number): Line => ({
  name: kind === 'Upload' ? `tls-bulk-${connections}` : `tls-download-${connections}`,
  title: `bulk bytes over TLS ${kind === 'Upload' ? 'from client to endpoint' : 'from endpoint to client'}, ${connections === 1 ? 'one stream' : `${connections} streams`}`,
  figures: [
    { name: 'bytes/s', unit: 'GB/s', better: 'Higher' },
    { name: 'CPU per GiB', unit: 'ms', better: 'Lower' },
    { name: "balancer's CPU", unit: 'cores', better: 'Lower', context: true },
    { name: "client's CPU", unit: 'cores', better: 'Lower', context: true },
  ],
  tools: ['openssl'],
  describe: ({ seconds }) =>
    `load/tls/program.ts, ${connections} connections, records of 16 KiB, TLS 1.3, AES-128-GCM, ${seconds} s; ${kind === 'Upload' ? 'until all has arrived at the endpoint' : 'what has arrived at the client'}`,
  duration: ({ seconds }) => seconds + 1,
  isFor: everywhere,
  shape: { tls: { mode: 'Terminate', key: 'ECDSA' } },
  fresh: false,
  withoutBalancer: false,
  openEndpoints: (environment) => openStreamEndpoint(environment, kind === 'Upload' ? 'Sink' : 'Source'),
  async warmUp(target) {
    await runTls(target, { kind, groups: CLASSIC, connections }, WARM_UP_SECONDS);
    return undefined;
  },
  async measure(target) {
    const { result, cpuSeconds } = await withCpu(target, () =>
      runTls(target, { kind, groups: CLASSIC, connections }, target.environment.seconds),
    );
    const { bytes, seconds } = result;
    return {
      'bytes/s': bytes / seconds / 1e9,
      'CPU per GiB': cpuSeconds === undefined ? undefined : (cpuSeconds * 1000) / (bytes / GIBIBYTE),
      "balancer's CPU": cpuSeconds === undefined ? undefined : cpuSeconds / seconds,
      "client's CPU": result.cpuSeconds / seconds,
    };
  },
});
