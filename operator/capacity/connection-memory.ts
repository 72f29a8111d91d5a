import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { CONNECTION_BYTES } from '../../crds/plan-pod.ts';
import { endsTls } from '../../crds/tls.ts';

const KIB = 1024;

/**
 * What TLS takes of a connection while it is idle, in the proxy: measured with 3,000 of them, with TLS 1.3
 * and P-256. Towards endpoints there is their certificate as well.
 */
const OF_TLS: readonly {
  readonly what: string;
  readonly bytes: number;
  readonly isSo: (spec: L4BalancerSpec) => boolean;
}[] = [
  { what: 'TLS with clients', bytes: 28 * KIB, isSo: ({ listeners }) => endsTls(listeners) },
  {
    what: 'TLS with endpoints',
    bytes: 34 * KIB,
    isSo: ({ backends }) => backends.some(({ tls }) => tls !== undefined),
  },
];

const applying = (spec: L4BalancerSpec) => OF_TLS.filter(({ isSo }) => isSo(spec));

/** Memory in bytes that a pod is planned to need for each connection. */
export const bytesPerConnection = (spec: L4BalancerSpec): number =>
  applying(spec).reduce((sum, { bytes }) => sum + bytes, CONNECTION_BYTES);

/** The same for people, such as `44 KiB per connection, 28 KiB of them for TLS with clients`. */
export const perConnectionText = (spec: L4BalancerSpec): string => {
  const parts = applying(spec).map(({ what, bytes }) => `${bytes / KIB} KiB of them for ${what}`);
  return [`${bytesPerConnection(spec) / KIB} KiB per connection`, ...parts].join(', ');
};
