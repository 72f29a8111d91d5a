import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../operator/status/reading.ts';
import { type TuningInput, tuningTable } from '../../../operator/status/tuning-table.ts';
import type { TuningEntry } from '../../../report/status.ts';
import { balancer } from '../owner.ts';
import { failedReading, reading, withContainer } from './fixtures.ts';

const SOMAXCONN = 'net.core.somaxconn';
const good: TuningEntry = { name: SOMAXCONN, asked: '65535', effective: '65535', ok: true };
const bad: TuningEntry = { name: SOMAXCONN, asked: '65535', effective: '4096', ok: false, hint: 'Set it.' };
const read = (pod: string, node: string, ...knobs: readonly TuningEntry[]): Reading =>
  reading(pod, { node, knobs });
const failed = (pod: string, why?: string): Reading =>
  failedReading(pod, { node: 'n9', ...(why === undefined ? {} : { why }) });

const table = (more: Partial<TuningInput> = {}, tuning: object = { profile: 'Tuned' }) =>
  tuningTable({ spec: balancer({ tuning }).spec, readings: [], gate: { kind: 'Open' }, pods: [], ...more });

test('the table is empty if nothing was read', () => assert.deepEqual(table(), []));

test('replicas that report the same share one row, whose hint names no node', () => {
  assert.deepEqual(table({ readings: [read('a', 'n1', good), read('b', 'n2', good)] }), [
    { name: SOMAXCONN, asked: '65535', effective: '65535', ok: true },
  ]);
  assert.deepEqual(table({ readings: [read('a', 'n1', bad), read('b', 'n2', bad)] }), [
    { name: SOMAXCONN, asked: '65535', effective: '4096', ok: false, hint: 'Set it.' },
  ]);
});

test('if replicas differ, the worst one counts, and the hint names its node', () => {
  const readings = [read('a', 'n1', good), read('b', 'n2', bad), read('c', 'n3', bad)];
  const expected = [
    { name: SOMAXCONN, asked: '65535', effective: '4096', ok: false, hint: 'Nodes n2 and n3: Set it.' },
  ];
  assert.deepEqual(table({ readings }), expected);
  assert.deepEqual(table({ readings: readings.toReversed() }), expected);
});

test('the file that a value was read from is omitted, because it may differ from pod to pod', () => {
  const knob = (file: string): TuningEntry => ({
    name: 'cpu quota',
    effective: `2 (/sys/fs/cgroup/${file})`,
    ok: true,
  });
  const limit: TuningEntry = { name: 'file descriptors', effective: '20000 (hard limit 20000)', ok: true };
  const rows = table({ readings: [read('a', 'n1', knob('a'), limit), read('b', 'n1', knob('b'), limit)] });
  assert.deepEqual(
    rows.map(({ effective }) => effective),
    ['2', '20000 (hard limit 20000)'],
  );
});

test('with host networking, a hint names the node and the command to run there', () => {
  const [row] = table({ readings: [read('a', 'n1', bad)] }, { profile: 'HostNetwork' });
  assert.equal(
    row?.hint,
    `Node n1: set it on the node, whose network the pod uses: sysctl -w ${SOMAXCONN}="65535", and in /etc/sysctl.d to make it permanent.`,
  );
});

test('a sysctl that a kubelet refuses is not in effect, whatever older replicas report', () => {
  const refusals = [{ node: 'n1', sysctls: [SOMAXCONN] }];
  const [row] = table({
    readings: [read('a', 'n2', good)],
    gate: { kind: 'Held', refusals, pods: 3, probes: [] },
  });
  assert.deepEqual([row?.asked, row?.effective, row?.ok], ['65535', 'refused by node n1', false]);
  assert.match(row?.hint ?? '', /allowedUnsafeSysctls in the kubelet's configuration of node n1/);
});

test('a capability that a node does not grant has a row, although no proxy runs to report it', () => {
  const terminated = {
    exitCode: 128,
    reason: 'StartError',
    message: 'runc create failed: unable to apply caps: operation not permitted',
  };
  const pods = [withContainer('a', 'n1', { state: { terminated } })];
  const [row] = table({ pods });
  assert.deepEqual(
    [row?.name, row?.asked, row?.effective],
    ['capabilities', 'SYS_RESOURCE', 'refused by node n1'],
  );
});

test('replicas that cannot be reached have a row with their number and the cause for the first one', () => {
  const [row] = table({ readings: [failed('b', 'x.'), failed('a'), read('c', 'n1')] });
  assert.equal(row?.effective, 'reported by 1 of 3 pods');
  assert.match(
    row?.hint ?? '',
    /^Pod a on node n9: it did not respond within 3 s\. .*port 9901.*NetworkPolicy/,
  );
  const [moved] = table({ readings: [failed('a')], spec: balancer({ workload: { adminPort: 9902 } }).spec });
  assert.match(moved?.hint ?? '', /must be able to reach port 9902 of the pods/);
});
