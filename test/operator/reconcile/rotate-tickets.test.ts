import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from '../../../kube/apply.ts';
import { ApiError } from '../../../kube/errors.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { TICKETS_ROTATED } from '../../../operator/objects/ticket-keys.ts';
import { type RotateDeps, rotateTickets } from '../../../operator/reconcile/rotate-tickets.ts';
import { createWriteCache } from '../../../operator/reconcile/write-cache.ts';
import { owner } from '../owner.ts';

const HOUR_MS = 3_600_000;
const NOW = '2026-11-30T12:00:00Z';
const never = (): never => assert.fail('this is not called');

const secret = (rotated?: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'l4b-edge-tickets',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '7',
    ...(rotated === undefined ? {} : { annotations: { [TICKETS_ROTATED]: rotated } }),
  },
  ...more,
});
const OLD = secret('2026-11-29T12:00:00Z');

const deps = (read: RotateDeps['read'], written: Manifest[] = []): RotateDeps => ({
  read,
  writer: { apply: never, applyNew: never, remove: never, replace: never },
  ticketWriter: {
    apply: async <T extends KubeObject>(manifest: T & Manifest) => {
      written.push(manifest);
      return manifest;
    },
  },
  writeCache: createWriteCache(),
  now: () => 0,
  wallTime: () => NOW,
  randomBytes: (bytes) => Buffer.alloc(bytes, 9),
});

test('nothing is read before the keys are due, nor while their Secret does not exist or is being deleted', async () => {
  assert.equal(await rotateTickets({ tickets: undefined }, owner(), deps(never)), undefined);
  const leaving = { ...OLD, metadata: { ...OLD.metadata, deletionTimestamp: NOW } };
  assert.equal(await rotateTickets({ tickets: leaving }, owner(), deps(never)), undefined);
  const young = secret('2026-11-30T11:00:00Z');
  assert.equal(await rotateTickets({ tickets: young }, owner(), deps(never)), 11 * HOUR_MS);
});

test('keys that are due are rotated in the version of the Secret that was read, and the time is kept with them', async () => {
  const before = Buffer.concat([1, 2, 3].map((byte) => Buffer.alloc(80, byte))).toString('base64');
  const written: Manifest[] = [];
  const read = async () => secret('2026-11-29T12:00:00Z', { data: { keys: before } });
  assert.equal(await rotateTickets({ tickets: OLD }, owner(), deps(read, written)), 12 * HOUR_MS);
  const [manifest] = written;
  assert.deepEqual(manifest?.metadata, {
    name: 'l4b-edge-tickets',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '7',
    annotations: { [TICKETS_ROTATED]: NOW },
  });
  const { keys = '' } = (manifest as unknown as { data: Record<string, string> }).data;
  const bytes = Buffer.from(keys, 'base64');
  assert.deepEqual([bytes.length, bytes[0], bytes[80], bytes[160]], [240, 3, 1, 9]);
});

test('keys that another operator has just rotated are left alone', async () => {
  const read = async () => secret('2026-11-30T11:59:00Z');
  const due = await rotateTickets({ tickets: OLD }, owner(), deps(read));
  assert.equal(due, 12 * HOUR_MS - 60_000);
});

test('a Secret that has been deleted or replaced in the meantime is left alone', async () => {
  const gone = async () => {
    throw new ApiError({ method: 'GET', path: '/s', httpStatus: 404, body: '' });
  };
  assert.equal(await rotateTickets({ tickets: OLD }, owner(), deps(gone)), undefined);
  const other = async () => ({ ...OLD, metadata: { ...OLD.metadata, uid: 'u2' } });
  assert.equal(await rotateTickets({ tickets: OLD }, owner(), deps(other)), undefined);
});
