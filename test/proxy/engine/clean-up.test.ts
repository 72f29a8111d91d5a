import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters } from '../../../proxy/acceptor/counters.ts';
import {
  allocateShared,
  endpointOpenAt,
  INTS,
  intsAt,
  viewShared,
} from '../../../proxy/acceptor/shared-memory.ts';
import { cleanUpAfter, listenerInUse } from '../../../proxy/engine/clean-up.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { AF_INET, SOCK_STREAM } from '../../../proxy/sys/sys.ts';

test('what a dead acceptor left is put right: its gauges, its descriptors, and nobody else’s', () => {
  const sys = libc();
  const shared = viewShared(allocateShared(2, 4096));
  const [dead, alive] = [new Counters(shared, 0), new Counters(shared, 1)];
  dead.opened(5, 1);
  dead.takeEndpoint(9, 0);
  dead.takeEndpoint(9, 0);
  alive.opened(6, 1);
  alive.takeEndpoint(9, 0);
  const [mine, theirs] = [sys.socket(AF_INET, SOCK_STREAM, 0), sys.socket(AF_INET, SOCK_STREAM, 0)];
  shared.owners[mine] = 1;
  shared.owners[theirs] = 2;

  assert.equal(cleanUpAfter(shared, sys, 0), 1);

  assert.equal(shared.endpointsOpen[9], 1);
  assert.equal(shared.ints[endpointOpenAt(0, 9)], 0);
  assert.equal(shared.ints[intsAt(0) + INTS.Open], 0);
  assert.equal(listenerInUse(shared, 2, 5), false);
  assert.equal(listenerInUse(shared, 2, 6), true);
  assert.ok(sys.socketError(mine) < 0, 'the dead acceptor’s socket is closed');
  assert.equal(sys.socketError(theirs), 0, 'the other’s is not');
  sys.close(theirs);
});
