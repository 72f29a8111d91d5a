import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';

const PROGRAM = new URL('./datagram-network-program.ts', import.meta.url).pathname;

test(
  'on a host with several addresses and a link that fragments, each burst comes back from where it was sent; without source ports nobody is blamed',
  NEEDS_OWN_NETWORK,
  () => {
    assert.deepEqual(runInOwnNetwork(PROGRAM), { IPv4: 0, IPv6: 0, afterwards: 'hello', blamed: 0 });
  },
);
