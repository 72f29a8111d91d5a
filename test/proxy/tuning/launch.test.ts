import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLaunch } from '../../../proxy/tuning/launch.ts';
import { requestedTuning } from '../../../proxy/tuning/requested-tuning.ts';
import { configurationFor } from '../configurations.ts';

const MACHINE = { quota: { cpus: 4 }, parallelism: 16 };
const tuningWith = (tuning: object) =>
  configurationFor({
    listeners: [{ name: 'l', port: 80, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 1 }] }],
    tuning,
  }).tuning;

test('settings take precedence over the manifest, and the manifest over the machine', () => {
  const full = tuningWith({ acceptors: 3, logLevel: 'warn', fileDescriptors: 5000 });
  const table: readonly (readonly [
    settings: object,
    of: ReturnType<typeof tuningWith> | undefined,
    launch: object,
  ])[] = [
    [{}, undefined, { acceptors: 4, acceptorsFrom: 'cpu', logLevel: 'info', fileDescriptors: undefined }],
    [
      {},
      tuningWith({}),
      { acceptors: 4, acceptorsFrom: 'cpu', logLevel: 'info', fileDescriptors: undefined },
    ],
    [{}, full, { acceptors: 3, acceptorsFrom: 'manifest', logLevel: 'warn', fileDescriptors: 5000 }],
    [
      {},
      tuningWith({ profile: 'Tuned' }),
      { acceptors: 4, acceptorsFrom: 'cpu', logLevel: 'error', fileDescriptors: 1_048_576 },
    ],
    [
      { acceptors: 7, logLevel: 'debug', fileDescriptors: 64 },
      full,
      { acceptors: 7, acceptorsFrom: 'settings', logLevel: 'debug', fileDescriptors: 64 },
    ],
  ];
  for (const [settings, of, launch] of table) assert.deepEqual(decideLaunch(settings, of, MACHINE), launch);
});

test('outside Kubernetes the CPU limit, and the number of acceptors that follows from it, are not requested', () => {
  const tuned = tuningWith({ profile: 'Tuned' });
  const inCluster = requestedTuning({}, tuned, true);
  assert.deepEqual([inCluster.acceptors, inCluster.cpus, inCluster.fileDescriptors], [8, 8, 1_048_576]);
  const alone = requestedTuning({}, tuned, false);
  assert.deepEqual([alone.acceptors, alone.cpus, alone.fileDescriptors], [undefined, undefined, 1_048_576]);
  assert.deepEqual(alone.sysctls, inCluster.sysctls);
  assert.ok(alone.sysctls.some(({ name, value }) => name === 'net.core.somaxconn' && value === '65535'));
  assert.deepEqual(requestedTuning({}, undefined, false), { sysctls: [] });
});
