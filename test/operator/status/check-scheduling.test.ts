import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkScheduling } from '../../../operator/status/check-scheduling.ts';
import { pod } from './fixtures.ts';

const said = (message: string): string =>
  checkScheduling([
    pod('a', undefined, {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    }),
  ])?.message ?? assert.fail('nothing said');

/** As kube-scheduler 1.31 to 1.34 says it, and what is told of it. */
const ROWS: readonly (readonly [string, string, string])[] = [
  [
    'CPUs',
    '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
    'No node takes a pod: 0/2 nodes are available: 2 Insufficient cpu. Ask for less in workload.resources, or add nodes.',
  ],
  [
    'ports',
    "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    "No node takes a pod: 0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. In the network of its node each pod needs ports of its own: ask for no more workload.replicas than there are nodes, or give balancers that share a node another workload.adminPort each.",
  ],
  [
    'anti-affinity',
    "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: none.",
    "No node takes a pod: 0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. Change workload.affinity, or add nodes: its rules about other pods leave none.",
  ],
  [
    'labels',
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    "No node takes a pod: 0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. Change workload.nodeSelector or workload.affinity, or label nodes so that they fit.",
  ],
  [
    'spreading',
    "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.",
    "No node takes a pod: 0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints. Change workload.topologySpreadConstraints, or add nodes where they want the next pod.",
  ],
  [
    'devices, and a taint',
    '0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: db}, 2 Insufficient intel.com/sriov.',
    'No node takes a pod: 0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: db}, 2 Insufficient intel.com/sriov. Ask for less in workload.extraResources, or add nodes that have them. Add the taint to workload.tolerations, or take it off a node.',
  ],
  [
    'nodes that are well',
    '0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 node(s) had untolerated taint {node.cloudprovider.kubernetes.io/uninitialized: true}.',
    'No node takes a pod: 0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 node(s) had untolerated taint {node.cloudprovider.kubernetes.io/uninitialized: true}. Tolerate no taint that Kubernetes itself has set: such a node is not well, or not ready yet; kubectl describe node says why.',
  ],
  [
    'one that is well, and one for it',
    '0/2 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.',
    'No node takes a pod: 0/2 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. Add the taint to workload.tolerations, or take it off a node. Tolerate no taint that Kubernetes itself has set: such a node is not well, or not ready yet; kubectl describe node says why.',
  ],
  [
    'one that is not cordoned',
    '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }.',
    'No node takes a pod: 0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }. Let a node take pods again: kubectl uncordon.',
  ],
  [
    'nodes that are cordoned or full',
    '0/2 nodes are available: 1 Too many pods, 1 node(s) were unschedulable',
    'No node takes a pod: 0/2 nodes are available: 1 Too many pods, 1 node(s) were unschedulable. Add nodes, or let their kubelets take more pods (maxPods). Let a node take pods again: kubectl uncordon.',
  ],
  [
    'something else',
    'no nodes available to schedule pods',
    'No node takes a pod: no nodes available to schedule pods. Ask for less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.',
  ],
  [
    'nothing at all',
    '',
    'No node takes a pod: the scheduler does not say why. Ask for less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.',
  ],
];

for (const [cause, message, expected] of ROWS)
  test(`a pod that finds no node for want of ${cause} is told with what helps against that`, () =>
    assert.equal(said(message), expected));
