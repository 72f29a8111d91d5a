import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EndpointGroups, RELEARN_MS } from '../../../../proxy/relay-engine/acceptor/endpoint-groups.ts';

const [X25519, P256] = [1034, 415];

test('an endpoint is taken to choose the group that it chose last', () => {
  const groups = new EndpointGroups(10);
  assert.equal(groups.groupFor(1, 0), 0);
  groups.note(1, X25519, 0);
  assert.deepEqual([groups.groupFor(1, 1), groups.groupFor(2, 1)], [X25519, 0]);
  groups.note(1, P256, 2);
  assert.equal(groups.groupFor(1, 3), P256);
  groups.note(1, 0, 4);
  assert.equal(groups.groupFor(1, 5), 0);
});

test('from time to time, the first group is tried again, however often the other one was chosen', () => {
  const groups = new EndpointGroups(10);
  for (let at = 0; at < RELEARN_MS; at += 1000) groups.note(1, X25519, at);
  assert.equal(groups.groupFor(1, RELEARN_MS - 1), X25519);
  assert.equal(groups.groupFor(1, RELEARN_MS), 0);
  groups.note(1, X25519, RELEARN_MS);
  assert.equal(groups.groupFor(1, 2 * RELEARN_MS - 1), X25519);
});

test('what is known of endpoints is bounded: the first one that was noted is forgotten', () => {
  const groups = new EndpointGroups(2);
  for (const endpoint of [1, 2, 1, 3]) groups.note(endpoint, X25519, 0);
  assert.deepEqual(
    [1, 2, 3].map((endpoint) => groups.groupFor(endpoint, 1)),
    [0, X25519, X25519],
  );
});
