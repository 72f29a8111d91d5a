import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EndpointSessions, REVERIFY_MS } from '../../../../proxy/relay-engine/acceptor/endpoint-sessions.ts';

const world = (most = 3) => {
  const freed: number[] = [];
  return { freed, sessions: new EndpointSessions(most, (session) => freed.push(session)) };
};

test('the session of an endpoint is offered until its certificate is to be looked at again', () => {
  const { freed, sessions } = world();
  assert.equal(sessions.sessionFor(7, 0), 0);
  sessions.noteVerified(7, 1_000);
  assert.equal(sessions.sessionFor(7, 1_000), 0);
  sessions.leave(7, 11, 1_000);
  assert.equal(sessions.sessionFor(7, 1_000 + REVERIFY_MS - 1), 11);
  // Those that connections leave which have resumed it change nothing about that.
  sessions.leave(7, 12, 2_000);
  assert.deepEqual(freed, [11]);
  assert.equal(sessions.sessionFor(7, 1_000 + REVERIFY_MS - 1), 12);
  assert.equal(sessions.sessionFor(7, 1_000 + REVERIFY_MS), 0);
  sessions.noteVerified(7, 1_000 + REVERIFY_MS);
  assert.equal(sessions.sessionFor(7, 1_000 + REVERIFY_MS), 12);
  assert.equal(sessions.sessionFor(8, 1_000), 0);
});

test('the session of a connection that began before that of the one kept is freed', () => {
  const { freed, sessions } = world();
  sessions.noteVerified(7, 0);
  sessions.leave(7, 11, 5_000);
  sessions.leave(7, 12, 1_000);
  assert.deepEqual(freed, [12]);
  assert.equal(sessions.sessionFor(7, 5_000), 11);
});

test('endpoints that were not used for longest are forgotten, and what they have is freed', () => {
  const { freed, sessions } = world(2);
  for (const endpoint of [1, 2]) {
    sessions.noteVerified(endpoint, 0);
    sessions.leave(endpoint, 10 + endpoint, 0);
  }
  sessions.leave(1, 21, 1);
  sessions.noteVerified(3, 1);
  assert.deepEqual(freed, [11, 12]);
  assert.deepEqual(
    [1, 2, 3].map((endpoint) => sessions.sessionFor(endpoint, 1)),
    [21, 0, 0],
  );
  // Nobody knows any more when it was verified.
  sessions.leave(2, 22, 2);
  assert.deepEqual(freed, [11, 12, 22]);
  sessions.freeAll();
  assert.deepEqual(freed, [11, 12, 22, 21]);
  assert.equal(sessions.sessionFor(1, 1), 0);
});
