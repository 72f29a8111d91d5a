import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Transport } from '../../../kube/transport.ts';
import { beginTerm, type FencedAccess } from '../../../operator/leader/begin-term.ts';
import type { Fence } from '../../../operator/leader/fenced-transport.ts';
import { createThrottle } from '../../../operator/throttle/throttle.ts';
import { scriptedTransport } from '../../kube/scripted-transport.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const MANIFEST = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'shop' } };
const OBJECT = { metadata: { name: 'x', namespace: 'shop', uid: 'u', resourceVersion: '1' } };

/**
 * A term that works with an API server that accepts everything; `leftMs` is the time that the fence has left.
 */
const begun = (fence: Fence | undefined, perSecond = 1000) => {
  const clock = new ManualClock();
  const server = scriptedTransport(Array.from({ length: 20 }, () => ({ answer: structuredClone(OBJECT) })));
  const ended: string[] = [];
  const transport: Transport = { ...server, close: async () => void ended.push('closed') };
  let access: FencedAccess | undefined;
  const term = beginTerm(fence, {
    open: () => transport,
    throttled: createThrottle({ perSecond, burst: 1 }, clock),
    work(given) {
      access = given;
      return { stop: async () => void ended.push('stopped') };
    },
    log: pino({ level: 'silent' }),
    clock,
    wallClock: () => new Date(0),
    instance: 'operator-0',
  });
  return { term, access: access ?? assert.fail('it did not begin'), server, clock, ended };
};

const WRITES: Readonly<Record<string, (access: FencedAccess) => Promise<unknown>>> = {
  'an apply': ({ writer }) => writer.apply(MANIFEST),
  'a status': ({ writer }) => writer.applyStatus(MANIFEST),
  'a new object': ({ writer }) => writer.create(MANIFEST),
  'a removal': ({ writer }) => writer.remove({ ...MANIFEST, namespace: 'shop', name: 'x' }),
  'a field handed over': ({ handOverWriter }) => handOverWriter.apply(MANIFEST),
  'a call of its own': ({ transport }) => transport.request({ method: 'PATCH', path: '/x' }),
  'an event': async ({ recorder }) => {
    recorder.record(OBJECT, { type: 'Normal', reason: 'X', action: 'X', note: 'x' });
    await recorder.idle();
  },
};

for (const [what, write] of Object.entries(WRITES)) {
  test(`${what} is checked against the fence when it is sent, and takes no longer than the fence allows`, async () => {
    const fence = { left: 6_000 };
    const { access, server } = begun({ leftMs: () => fence.left });
    await write(access);
    const [call] = server.calls;
    assert.deepEqual([server.calls.length, call?.timeoutMs, call?.query?.timeout], [1, 6_000, '6000ms']);
    assert.equal(call?.maySend?.(), true);
    fence.left = 0;
    assert.equal(call?.maySend?.(), false);
  });

  test(`${what} is not sent after the fence has closed`, async () => {
    const { access, server } = begun({ leftMs: () => 0 });
    await write(access).catch((error: unknown) => assert.match(String(error), /no longer the leader/));
    assert.deepEqual(server.calls, []);
  });
}

test('a write that waited for the throttle until the fence closed is not sent', async () => {
  const fence = { left: 6_000 };
  const { access, server, clock } = begun({ leftMs: () => fence.left }, 1);
  await access.writer.apply(MANIFEST);
  const late = assert.rejects(access.writer.apply(MANIFEST), /no longer the leader/);
  await settled();
  fence.left = 0;
  for (let second = 0; second < 3; second++) await clock.pass(1_000);
  await late;
  assert.equal(server.calls.length, 1);
});

test('a single operator has no fence', async () => {
  const { access, server } = begun(undefined);
  await access.writer.apply(MANIFEST);
  assert.equal(server.calls[0]?.maySend, undefined);
});

test('a term that ends gracefully is finished before its connections are closed, and an abandoned one is not waited for', async () => {
  const first = begun(undefined);
  await first.term.finish();
  assert.deepEqual(first.ended, ['stopped', 'closed']);
  const second = begun(undefined);
  await second.term.abandon();
  assert.deepEqual(second.ended, ['closed', 'stopped']);
});
