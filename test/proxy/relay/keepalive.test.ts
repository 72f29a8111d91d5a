import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';

const PROGRAM = new URL('./vanishing-program.ts', import.meta.url).pathname;
const PREPARE = `
echo 2 > /proc/sys/net/ipv4/tcp_keepalive_time
echo 1 > /proc/sys/net/ipv4/tcp_keepalive_intvl
echo 1 > /proc/sys/net/ipv4/tcp_keepalive_probes
`;

test(
  'keepalive, as set in the resource or in the kernel, detects a peer that vanishes, and the other side is reset',
  NEEDS_OWN_NETWORK,
  () => {
    const client = ['ECONNRESET', 'ClientTimedOut Relaying'];
    const endpoint = ['ECONNRESET', 'EndpointTimedOut Relaying'];
    assert.deepEqual(runInOwnNetwork(PROGRAM, { prepare: PREPARE }), {
      client,
      endpoint,
      sysctls: [client, endpoint],
    });
  },
);
