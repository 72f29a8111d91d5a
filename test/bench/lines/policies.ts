import { openHttpEndpoints } from '../endpoints/http.ts';
import type { Shape } from '../environment.ts';
import { everywhere, type Line } from '../line.ts';
import { microsecondsPer, withCpu } from '../measure/cpu-cost.ts';
import { describeWrk, runWrk } from '../measure/wrk.ts';

/** Long enough for a program with a JIT compiler to warm up. */
const WARM_UP_SECONDS = 4;
/** Addresses in the list of those that may not connect. */
const DENIED = 1_000;
/** Names a client other than the one that connects; wrk's script makes line ends of it. */
const HEADER = 'PROXY TCP4 192.0.2.1 192.0.2.2 50000 80\\r\\n';
/** What policies may cost: a twentieth. */
const NEEDED = 0.95;

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly policies: Shape['policies'];
  /** Whether each request has a connection of its own. */
  readonly closes: boolean;
}

/** The relay with every policy on, beside the same relay without any. */
const policies = ({ name, title, policies, closes }: Variant): Line => {
  const operation = closes ? 'connection' : 'request';
  const beginning = policies === 'All' ? HEADER : undefined;
  const headers = closes ? ['Connection: close'] : [];
  return {
    name,
    title,
    figures: [
      { name: `${operation}s/s`, unit: '1/s', better: 'Higher', needed: NEEDED },
      { name: `CPU per ${operation}`, unit: 'µs', better: 'Lower', needed: NEEDED },
      { name: 'p99', unit: 'ms', better: 'Lower', context: true },
      { name: 'failures', unit: '', better: 'Lower', context: true },
    ],
    tools: ['wrk', 'nginx'],
    describe: (environment) =>
      `${describeWrk(environment, headers)}${policies === 'All' ? ', each connection with a PROXY header in front' : ''}`,
    duration: ({ seconds }) => seconds,
    isFor: everywhere,
    shape: { policies, denied: DENIED },
    fresh: false,
    withoutBalancer: false,
    peers: {
      names: ['relay', 'plain relay', 'earlier'],
      why: 'the relay with every policy is compared with itself without any: HAProxy and nginx take no part',
    },
    openEndpoints: openHttpEndpoints,
    async warmUp(target) {
      await runWrk(target, WARM_UP_SECONDS, headers, beginning);
      return undefined;
    },
    async measure(target) {
      const { seconds } = target.environment;
      const { result, cpuSeconds } = await withCpu(target, () => runWrk(target, seconds, headers, beginning));
      return {
        [`${operation}s/s`]: result.perSecond,
        [`CPU per ${operation}`]: microsecondsPer(cpuSeconds, result.answered),
        p99: result.p99,
        failures: result.failures,
      };
    },
  };
};

/** PROXY headers come once for each connection: here they would not be seen. */
export const policiesKeepAlive = policies({
  name: 'policies-keep-alive',
  title: 'requests over 64 connections that stay open, past every policy but a PROXY header of the client',
  policies: 'AllButHeaderIn',
  closes: false,
});

export const policiesNewConnections = policies({
  name: 'policies-new-connections',
  title: 'a new connection for each request, past every policy but a PROXY header of the client',
  policies: 'AllButHeaderIn',
  closes: true,
});

export const policiesHeaderIn = policies({
  name: 'policies-proxy-in',
  title: 'a new connection for each request, past every policy, with a PROXY header of the client',
  policies: 'All',
  closes: true,
});
