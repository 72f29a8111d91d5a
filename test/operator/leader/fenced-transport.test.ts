import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportError } from '../../../kube/errors.ts';
import { fencedTransport } from '../../../operator/leader/fenced-transport.ts';
import { scriptedTransport } from '../../kube/scripted-transport.ts';

const fenced = (leftMs: number) => {
  const transport = scriptedTransport([{ answer: 1 }]);
  const fence = { left: leftMs };
  return { transport, fence, through: fencedTransport(transport, { leftMs: () => fence.left }) };
};

test('a call may take no longer than the fence allows, and a write passes that limit to the API server', async () => {
  const { transport, fence, through } = fenced(6_500.7);
  await through.request({ method: 'PATCH', path: '/x', query: { force: 'true' } });
  const [call] = transport.calls;
  assert.equal(call?.timeoutMs, 6_500);
  assert.deepEqual(call?.query, { force: 'true', timeout: '6500ms' });
  assert.equal(call?.maySend?.(), true);
  fence.left = 0;
  assert.equal(call?.maySend?.(), false, 'it is checked when the write is sent');
});

test('a shorter timeout of the caller is kept, and so is the default', async () => {
  for (const [given, expected] of [
    [2_000, 2_000],
    [undefined, 30_000],
  ] as const) {
    const { transport, through } = fenced(Number.POSITIVE_INFINITY);
    await through.request({
      method: 'GET',
      path: '/x',
      ...(given === undefined ? {} : { timeoutMs: given }),
    });
    assert.equal(transport.calls[0]?.timeoutMs, expected);
    assert.equal(transport.calls[0]?.query, undefined);
  }
});

test('nothing is read or written after the fence has closed', async () => {
  for (const method of ['GET', 'PATCH'] as const) {
    const { transport, through } = fenced(0);
    await assert.rejects(through.request({ method, path: '/x' }), (error) => {
      assert.ok(error instanceof TransportError);
      assert.match(error.message, /this process is no longer the leader/);
      return true;
    });
    assert.deepEqual(transport.calls, []);
  }
});
