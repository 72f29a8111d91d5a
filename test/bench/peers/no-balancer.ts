import type { Peer } from '../peer.ts';

/**
 * The client connects directly to the first endpoint: shows what one endpoint achieves without a balancer.
 */
export const noBalancer: Peer = {
  name: 'no balancer',
  find: () => ({ found: true, version: '' }),
  async start(_place, endpoints) {
    const first = endpoints[0];
    if (!first) throw new Error('no endpoint was started');
    return {
      address: first.address,
      ports: [first.port],
      pid: undefined,
      configuration: '',
      check() {},
      async stop() {},
    };
  },
};
