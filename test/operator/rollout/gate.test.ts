import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../operator/objects/pod.ts';
import { ROLLOUT_STOPPED } from '../../../operator/objects/workload.ts';
import {
  decideGate,
  type GateInput,
  poolsToTry,
  VERDICT_LABEL,
  verdictKey,
} from '../../../operator/rollout/gate.ts';
import { writeRecord } from '../../../operator/rollout/stop-record.ts';
import { trialMark } from '../../../operator/rollout/trial.ts';
import { deployment, forbidden, replicaSet } from '../status/fixtures.ts';
import { node, refused, running, template, trial } from './cluster.ts';

const N1 = node('n1', { kubelet: 'strict' });
const N2 = node('n2', { kubelet: 'allows' });

const input = (more: Partial<GateInput> = {}): GateInput => ({
  trial: trial(),
  template: template(),
  replicas: 2,
  live: undefined,
  probes: [],
  nodes: [N1, N2],
  settled: new Set(),
  deployment: undefined,
  replicaSets: [],
  pods: [],
  ...more,
});
const keys = (nodes = [N1, N2]) => poolsToTry(nodes, trial()).map((pool) => verdictKey(trial(), pool));
const probe = (pod: Pod, at: number): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, labels: { [VERDICT_LABEL]: keys()[at] ?? '' } },
});
const live = (
  text = template(),
  annotations: Record<string, string> = {},
  replicas = 2,
): GateInput['live'] => ({
  metadata: { annotations },
  spec: { replicas, template: text },
});
const other = template({ nodeSelector: { kubelet: 'allows' } });

const OPEN: readonly (readonly [string, Partial<GateInput>])[] = [
  ['no unsafe sysctl is requested', { trial: undefined }],
  ['no replicas are wanted', { replicas: 0 }],
  ['pods already run with the same sysctls and placement', { live: live() }],
  ['every pool has accepted them before', { settled: new Set(keys()) }],
  ['there is no node to try', { nodes: [] }],
  ['no node is eligible', { trial: trial({ nodeSelector: { no: 'node' } }) }],
];

for (const [what, more] of OPEN)
  test(`a rollout proceeds at once if ${what}`, () => assert.equal(decideGate(input(more)).kind, 'Open'));

const TRIED: readonly (readonly [string, Partial<GateInput>])[] = [
  ['for the first time', {}],
  ['with another placement', { live: live(other) }],
  ['with other sysctls', { live: live(template({ securityContext: {} })) }],
  ['after it was scaled to zero', { live: live(template(), {}, 0) }],
];

for (const [what, more] of TRIED)
  test(`a rollout that uses unsafe sysctls ${what} tries them on one node of each pool`, () => {
    const gate = decideGate(input(more));
    assert.equal(gate.kind, 'Trying');
    assert.deepEqual(gate.kind === 'Trying' && gate.waiting.map(({ pool }) => pool.nodes), [['n1'], ['n2']]);
  });

test('only eligible pools without a verdict are tried', () => {
  const settled = new Set(keys().slice(0, 1));
  const gate = decideGate(input({ settled }));
  assert.deepEqual(gate.kind === 'Trying' && gate.waiting.map(({ pool }) => pool.nodes), [['n2']]);
  const picked = decideGate(input({ trial: trial({ nodeSelector: { kubelet: 'strict' } }) }));
  assert.deepEqual(picked.kind === 'Trying' && picked.waiting.map(({ pool }) => pool.nodes), [['n1']]);
});

test('if nodes cannot be listed, one probe is tried wherever the scheduler puts it', () => {
  const gate = decideGate(input({ nodes: undefined }));
  assert.deepEqual(gate.kind === 'Trying' && gate.waiting.map(({ pool }) => pool.nodes), [[]]);
});

test('the gate opens when all probes are accepted, and a single refusal holds it', () => {
  const accepted = [probe(running('a', 'n1'), 0), probe(running('b', 'n2'), 1)];
  assert.equal(decideGate(input({ probes: accepted })).kind, 'Open');
  const one = [probe(forbidden('a', 'n1'), 0)];
  assert.deepEqual(decideGate(input({ probes: one })), {
    kind: 'Held',
    refusals: [{ node: 'n1', sysctls: ['net.core.somaxconn'] }],
    pods: 0,
    probes: ['l4b-edge-new-a'],
  });
});

test('a node that changes is tried again', () => {
  const changed = { ...N1, metadata: { ...N1.metadata, labels: { kubelet: 'now-allows' } } };
  const gate = decideGate(
    input({ nodes: [changed, N2], probes: [probe(forbidden('a', 'n1'), 0), probe(running('b', 'n2'), 1)] }),
  );
  assert.deepEqual(gate.kind === 'Trying' && gate.waiting.map(({ pool }) => pool.nodes), [['n1']]);
});

test('a cluster of a thousand different nodes gets sixteen probes', () => {
  const many = Array.from({ length: 1000 }, (_, i) => node(`n${i}`, { own: `${i}` }));
  const gate = decideGate(input({ nodes: many }));
  assert.equal(gate.kind === 'Trying' && gate.waiting.length, 16);
});

const STORM: Partial<GateInput> = {
  live: live(),
  deployment: deployment(),
  replicaSets: [replicaSet()],
  pods: refused(3),
};

test('a storm of refused pods is stopped and recorded with the state of the node', () => {
  const gate = decideGate(input(STORM));
  assert.equal(gate.kind, 'Stop');
  const record = gate.kind === 'Stop' ? gate.record : assert.fail();
  assert.equal(record.trial, trialMark(template()));
  assert.deepEqual([record.pods, record.refusals[0]?.node], [3, 'n1']);
  const stopped = live(template(), { [ROLLOUT_STOPPED]: writeRecord(record) }, 0);
  const after = (more: Partial<GateInput> = {}) => decideGate(input({ live: stopped, ...more })).kind;
  assert.equal(after(), 'Held');
  // The record also holds for an operator that has just started, which knows nothing else.
  assert.equal(after({ settled: new Set(keys()) }), 'Held');
  assert.equal(after({ template: other, trial: trial({ nodeSelector: { kubelet: 'allows' } }) }), 'Trying');
  assert.equal(after({ trial: undefined }), 'Open');
  const changed = { ...N1, metadata: { ...N1.metadata, uid: 'new' } };
  assert.equal(after({ nodes: [changed, N2] }), 'Trying');
  assert.equal(after({ nodes: [N2] }), 'Trying');
  assert.equal(after({ nodes: [N1, N2, node('n3')] }), 'Held');
});

test('a storm is stopped unless the next spec, if it may be applied, ends it anyway', () => {
  const restricted = template({ securityContext: {} });
  assert.equal(decideGate(input({ ...STORM, trial: undefined, template: restricted })).kind, 'Open');
  const elsewhere = { template: other, trial: trial({ nodeSelector: { kubelet: 'allows' } }) };
  assert.equal(decideGate(input({ ...STORM, ...elsewhere })).kind, 'Stop');
  const settled = new Set([verdictKey(trial(), poolsToTry([N2], trial())[0] ?? assert.fail())]);
  assert.equal(decideGate(input({ ...STORM, ...elsewhere, settled })).kind, 'Open');
});

test('a record that cannot be parsed counts as none', () => {
  for (const text of ['', 'x', '{}', '{"trial":1}'])
    assert.equal(decideGate(input({ live: live(template(), { [ROLLOUT_STOPPED]: text }) })).kind, 'Open');
});

test('the mark of a trial depends only on sysctls and placement, not on the order in which the API server returns them', () => {
  const a = template({ nodeSelector: { a: '1', b: '2' }, containers: [{ image: 'x' }] });
  const b = template({ containers: [], nodeSelector: { b: '2', a: '1' } });
  assert.equal(trialMark(a), trialMark(b));
  assert.notEqual(trialMark(a), trialMark(template({ nodeSelector: { a: '1' } })));
});
