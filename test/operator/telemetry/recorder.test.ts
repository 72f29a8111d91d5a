import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Manifest, Writer } from '../../../kube/apply.ts';
import { TransportError } from '../../../kube/errors.ts';
import { eventManifest } from '../../../operator/telemetry/event-manifest.ts';
import { createRecorder } from '../../../operator/telemetry/recorder.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const EDGE = { metadata: { name: 'edge', namespace: 'shop', uid: 'u' } };
const KUBE_EVENT = { type: 'Normal', reason: 'Created', action: 'Create', note: 'Service created.' } as const;

const recording = (create: (manifest: Manifest) => Promise<unknown> = async () => ({})) => {
  const created: Manifest[] = [];
  const applied: (Manifest & { readonly series?: { readonly count: number } })[] = [];
  const clock = new ManualClock();
  const log: { readonly msg: string; readonly code?: string }[] = [];
  let now = Date.parse('2026-11-23T12:00:00.123Z');
  const recorder = createRecorder({
    writer: {
      create: (manifest: Manifest) => {
        created.push(manifest);
        return create(manifest);
      },
      apply: async (manifest: Manifest) => {
        applied.push(manifest);
        return manifest;
      },
    } as unknown as Pick<Writer, 'create' | 'apply'>,
    clock,
    log: pino({}, { write: (line) => void log.push(JSON.parse(line)) }),
    wallClock: () => new Date(now),
    instance: 'operator-7',
  });
  return {
    created,
    applied,
    log,
    recorder,
    pass: async (ms: number) => {
      now += ms;
      await clock.pass(ms);
    },
  };
};

test('an event refers to the resource, in its namespace, with a time in microseconds', () => {
  const manifest = eventManifest(EDGE, KUBE_EVENT, '2026-11-23T12:00:00.123000Z', 'operator-7');
  assert.match(manifest.metadata.name, /^edge\.[0-9a-f]{16}$/);
  assert.equal(manifest.metadata.namespace, 'shop');
  assert.deepEqual(manifest.regarding, {
    apiVersion: undefined,
    kind: undefined,
    name: 'edge',
    namespace: 'shop',
    uid: 'u',
  });
});

test('a note that is too long for the API is truncated', () => {
  const { note } = eventManifest(EDGE, { ...KUBE_EVENT, note: 'x'.repeat(5000) }, '', 'i');
  assert.equal(note.length, 1024);
});

test('an event that repeats a hundred times is one event with a count, written at most every ten seconds', async () => {
  const { created, applied, recorder, pass } = recording();
  for (let more = 0; more < 100; more++) recorder.record(EDGE, KUBE_EVENT);
  await settled();
  assert.deepEqual([created.length, applied.length], [1, 0]);
  await pass(10_000);
  assert.deepEqual(
    applied.map(({ metadata, series }) => [metadata.name, series?.count]),
    [[created[0]?.metadata.name, 100]],
  );
  await pass(60_000);
  assert.equal(applied.length, 1, 'nothing has happened since');
  recorder.record(EDGE, KUBE_EVENT);
  await recorder.idle();
  assert.equal(applied.at(-1)?.series?.count, 101, 'at the end nothing is left uncounted');
});

test('a different event is recorded separately, and so is the same one after ten minutes', async () => {
  const { created, recorder, pass } = recording();
  recorder.record(EDGE, KUBE_EVENT);
  recorder.record(EDGE, { ...KUBE_EVENT, note: 'Role created.' });
  recorder.record({ metadata: { ...EDGE.metadata, uid: 'other' } }, KUBE_EVENT);
  assert.equal(created.length, 3);
  await pass(10 * 60_000);
  recorder.record(EDGE, KUBE_EVENT);
  await recorder.idle();
  assert.equal(created.length, 4);
});

test('a resource that changes all the time gets 25 events, then one every five minutes, and others are unaffected', async () => {
  const { created, log, recorder, pass } = recording();
  for (let more = 0; more < 1000; more++) {
    recorder.record(EDGE, { ...KUBE_EVENT, note: String(more) });
    await settled();
  }
  assert.equal(created.length, 25);
  assert.equal(log.length, 975);
  recorder.record({ metadata: { ...EDGE.metadata, uid: 'other' } }, KUBE_EVENT);
  assert.equal(created.length, 26);
  await pass(5 * 60_000);
  for (const note of ['a', 'b']) recorder.record(EDGE, { ...KUBE_EVENT, note });
  await recorder.idle();
  assert.equal(created.length, 27);
});

test('an event that cannot be written is logged, and has no other effect', async () => {
  const { log, recorder } = recording(() =>
    Promise.reject(new TransportError('Timeout', 'https://x', 'POST', 'nothing')),
  );
  recorder.record(EDGE, KUBE_EVENT);
  await recorder.idle();
  assert.deepEqual(
    log.map(({ msg, code }) => [msg, code]),
    [['event not written', 'Timeout']],
  );
});

test('events that the API server cannot keep up with are dropped and logged', async () => {
  const gate = Promise.withResolvers<void>();
  const { created, log, recorder } = recording(() => gate.promise);
  for (let more = 0; more < 60; more++)
    recorder.record({ metadata: { ...EDGE.metadata, uid: `u-${more}` } }, KUBE_EVENT);
  assert.equal(created.length, 50);
  assert.equal(log.filter(({ msg }) => msg === 'event dropped').length, 10);
  gate.resolve();
  await recorder.idle();
});
