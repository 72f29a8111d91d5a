import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fewestDescriptors, shareDescriptors } from '../../../proxy/control/descriptor-shares.ts';
import { MAX_DESCRIPTORS } from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { descriptorNeeds } from '../../../proxy/relay-engine/descriptor-needs.ts';

const ROWS: readonly (readonly [
  string,
  limit: number,
  acceptors: number,
  checks: number,
  traffic: number,
])[] = [
  ['the usual limit of a container leaves most to the traffic', 524_288, 8, 64, 524_024],
  ['many acceptors at a low limit leave less to the traffic', 1024, 16, 64, 688],
  ['a very low limit permits fewer concurrent checks', 160, 2, 9, 60],
  [
    'the minimum for many acceptors leaves a listening socket for each of them, and connections',
    fewestDescriptors(descriptorNeeds(16)),
    16,
    4,
    28,
  ],
  [
    'the minimum for one acceptor leaves a listening socket and a connection',
    fewestDescriptors(descriptorNeeds(1)),
    1,
    1,
    4,
  ],
  ['a limit of 2^30 is capped by the size of the owner table', 1_073_741_816, 1, 64, MAX_DESCRIPTORS - 201],
  [
    'no limit, which the kernel reports as 2^64, is capped by the size of the owner table',
    2 ** 64,
    1,
    64,
    MAX_DESCRIPTORS - 201,
  ],
];

for (const [name, limit, acceptors, concurrentChecks, traffic] of ROWS)
  test(`when file descriptors are divided, ${name}`, () => {
    assert.deepEqual(shareDescriptors(limit, descriptorNeeds(acceptors)), { concurrentChecks, traffic });
  });
