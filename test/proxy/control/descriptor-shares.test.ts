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
  ['the usual limit of a container', 524_288, 8, 64, 524_024],
  ['many acceptors at a small limit', 1024, 16, 64, 688],
  ['a very small limit: fewer checks at once', 160, 2, 9, 60],
  [
    'the fewest that serve: a listening socket for each acceptor, and connections',
    fewestDescriptors(descriptorNeeds(16)),
    16,
    4,
    28,
  ],
  ['the fewest that serve, for one acceptor', fewestDescriptors(descriptorNeeds(1)), 1, 1, 4],
  ['no limit: no more than the owner table has places', 1_073_741_816, 1, 64, MAX_DESCRIPTORS - 201],
  ['no limit, as the kernel says it', 2 ** 64, 1, 64, MAX_DESCRIPTORS - 201],
];

for (const [name, limit, acceptors, checksAtOnce, traffic] of ROWS)
  test(`file descriptors are divided: ${name}`, () => {
    assert.deepEqual(shareDescriptors(limit, descriptorNeeds(acceptors)), { checksAtOnce, traffic });
  });
