import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Manifest, Writer } from '../../../kube/apply.ts';
import { TransportError } from '../../../kube/errors.ts';
import { eventManifest } from '../../../operator/telemetry/event-manifest.ts';
import { createRecorder } from '../../../operator/telemetry/recorder.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const EDGE = { metadata: { name: 'edge', namespace: 'shop', uid: 'u' } };
const HAPPENING = { type: 'Normal', reason: 'Created', action: 'Create', note: 'Service created.' } as const;

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

test('an event is about the resource, in its namespace, with a time in microseconds', () => {
  const manifest = eventManifest(EDGE, HAPPENING, '2026-11-23T12:00:00.123000Z', 'operator-7');
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

test('a note too long for the API is cut', () => {
  const { note } = eventManifest(EDGE, { ...HAPPENING, note: 'x'.repeat(5000) }, '', 'i');
  assert.equal(note.length, 1024);
});

test('what happens a hundred times is one event with a count, written again at most every ten seconds', async () => {
  const { created, applied, recorder, pass } = recording();
  for (let more = 0; more < 100; more++) recorder.record(EDGE, HAPPENING);
  await settled();
  assert.deepEqual([created.length, applied.length], [1, 0]);
  await pass(10_000);
  assert.deepEqual(
    applied.map(({ metadata, series }) => [metadata.name, series?.count]),
    [[created[0]?.metadata.name, 100]],
  );
  await pass(60_000);
  assert.equal(applied.length, 1, 'nothing has happened since');
  recorder.record(EDGE, HAPPENING);
  await recorder.idle();
  assert.equal(applied.at(-1)?.series?.count, 101, 'at the end nothing is left uncounted');
});

test('what differs is an event of its own, and so is the same after ten minutes', async () => {
  const { created, recorder, pass } = recording();
  recorder.record(EDGE, HAPPENING);
  recorder.record(EDGE, { ...HAPPENING, note: 'Role created.' });
  recorder.record({ metadata: { ...EDGE.metadata, uid: 'other' } }, HAPPENING);
  assert.equal(created.length, 3);
  await pass(10 * 60_000);
  recorder.record(EDGE, HAPPENING);
  await recorder.idle();
  assert.equal(created.length, 4);
});

test('a resource that changes all the time gets 25 events, then one every five minutes; others get theirs', async () => {
  const { created, log, recorder, pass } = recording();
  for (let more = 0; more < 1000; more++) {
    recorder.record(EDGE, { ...HAPPENING, note: String(more) });
    await settled();
  }
  assert.equal(created.length, 25);
  assert.equal(log.length, 975);
  recorder.record({ metadata: { ...EDGE.metadata, uid: 'other' } }, HAPPENING);
  assert.equal(created.length, 26);
  await pass(5 * 60_000);
  for (const note of ['a', 'b']) recorder.record(EDGE, { ...HAPPENING, note });
  await recorder.idle();
  assert.equal(created.length, 27);
});

test('an event that cannot be written is in the log, and nothing else comes of it', async () => {
  const { log, recorder } = recording(() =>
    Promise.reject(new TransportError('Timeout', 'https://x', 'POST', 'nothing')),
  );
  recorder.record(EDGE, HAPPENING);
  await recorder.idle();
  assert.deepEqual(
    log.map(({ msg, code }) => [msg, code]),
    [['event not written', 'Timeout']],
  );
});

test('more events than the API server takes are dropped, and the log says so', async () => {
  const gate = Promise.withResolvers<void>();
  const { created, log, recorder } = recording(() => gate.promise);
  for (let more = 0; more < 60; more++)
    recorder.record({ metadata: { ...EDGE.metadata, uid: `u-${more}` } }, HAPPENING);
  assert.equal(created.length, 50);
  assert.equal(log.filter(({ msg }) => msg === 'event dropped').length, 10);
  gate.resolve();
  await recorder.idle();
});
