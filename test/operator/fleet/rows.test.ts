import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetRow } from '../../../operator/fleet/rows.ts';
import type { Reading } from '../../../operator/status/reading.ts';

const condition = (type: string, status: string, reason: string) => ({
  type,
  status,
  reason,
  message: `${reason} it is.`,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const row = (status: object, readings: readonly Reading[] = [], nowMs = 0) =>
  fleetRow({ metadata: { name: 'edge', namespace: 'shop', uid: 'u' }, status }, readings, nowMs);

const read = (pod: string, traffic: object): Reading =>
  ({ kind: 'Read', pod, node: 'n', isReady: true, traffic }) as never;

test('a balancer that no operator has acted on is unknown', () => {
  const { ready, reason, problems, traffic, wantedReplicas } = row({});
  assert.deepEqual(
    [ready, reason, problems, traffic, wantedReplicas],
    ['Unknown', 'NotSeen', [], undefined, 0],
  );
});

test('problems come worst first, each once, with what to do', () => {
  const { problems, problemCount, limiting } = row({
    conditions: [
      condition('Ready', 'False', 'PortTaken'),
      condition('Warnings', 'True', 'SourcesHidden'),
      condition('Reconciling', 'False', 'Available'),
    ],
    listeners: [
      { name: 'web', port: 80, protocol: 'TCP', limiting: true },
      {
        name: 'api',
        port: 81,
        protocol: 'TCP',
        problems: [{ reason: 'PortTaken', message: 'Port 81.', replicas: 1 }],
      },
    ],
    backends: [{ name: 'db', problems: [{ reason: 'BackupsServe', message: 'Backups.', replicas: 1 }] }],
    proxies: {
      of: 2,
      following: 2,
      problems: [{ reason: 'DescriptorsShort', message: 'Short.', replicas: 2 }],
    },
  });
  assert.deepEqual(
    problems.map(({ reason, about, isBlocking }) => [reason, about, isBlocking]),
    [
      ['PortTaken', 'listener api', true],
      ['SourcesHidden', '', false],
      ['DescriptorsShort', '', false],
    ],
  );
  assert.ok(problems.every(({ whatToDo }) => whatToDo !== ''));
  assert.deepEqual([problemCount, limiting], [4, ['web']]);
});

test('figures are sums over the replicas that were read, and a rate needs two readings of each', () => {
  const first = read('a', { open: 3, accepted: 10, rate: 2, readAtMs: 1_000 });
  const both = row({}, [first, read('b', { open: 4, accepted: 1, readAtMs: 5_000 })], 6_000);
  assert.deepEqual(both.traffic, { open: 7, rate: null, ageMs: 5_000, replicas: 2 });
  const later = row({}, [first, read('b', { open: 4, accepted: 1, rate: 0.5, readAtMs: 5_000 })], 6_000);
  assert.equal(later.traffic?.rate, 2.5);
  const silent = { kind: 'NotPolled', pod: 'c', node: 'n', isReady: true } as const;
  assert.deepEqual(row({}, [first, silent], 1_000).traffic, { open: 3, rate: 2, ageMs: 0, replicas: 1 });
});

test('the certificate that needs attention first is named, if one does', () => {
  const certificate = (secret: string, more: object) => ({ secret, names: [], usedBy: [], ...more });
  assert.equal(row({ certificates: [certificate('fresh', { daysLeft: 84 })] }).certificate, undefined);
  const worst = (...all: readonly object[]) => row({ certificates: all }).certificate?.name;
  const soon = certificate('soon', { daysLeft: 20 });
  const none = certificate('none', { problem: 'It is missing.' });
  assert.equal(worst(certificate('fresh', { daysLeft: 84 }), soon), 'soon');
  assert.equal(worst(soon, certificate('past', { daysLeft: -1 })), 'past');
  assert.equal(worst(soon, none, certificate('past', { daysLeft: -1 })), 'none');
});

test('replicas are those of the summary that kubectl shows, and words are what is searched', () => {
  const { readyReplicas, wantedReplicas, words } = row({
    replicas: 3,
    readyReplicas: 1,
    replicaSummary: '1/2',
    listeners: [{ name: 'web', port: 8080, protocol: 'UDP' }],
    backends: [{ name: 'db' }],
    addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
  });
  assert.deepEqual([readyReplicas, wantedReplicas, words], [1, 2, 'web :8080/UDP db 203.0.113.7']);
});
