import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkScheduling } from '../../../operator/status/check-scheduling.ts';
import { pod } from './fixtures.ts';

const messageFor = (message: string): string =>
  checkScheduling([
    pod('a', undefined, {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    }),
  ])?.message ?? assert.fail('no verdict');

/** The cause, the message of kube-scheduler 1.31 to 1.34, and the message in the status. */
const ROWS: readonly (readonly [string, string, string])[] = [
  [
    'too few CPUs',
    '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
    'A pod cannot be scheduled: 0/2 nodes are available: 2 Insufficient cpu. Request less in workload.resources, or add nodes.',
  ],
  [
    'ports in use',
    "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    "A pod cannot be scheduled: 0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. With host networking, the pods of a node cannot share ports: set workload.replicas to at most the number of nodes, or give balancers that share a node different values of workload.adminPort.",
  ],
  [
    'rules of anti-affinity',
    "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: none.",
    "A pod cannot be scheduled: 0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. Change workload.affinity, whose rules about other pods exclude every node, or add nodes.",
  ],
  [
    'labels that do not match',
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    "A pod cannot be scheduled: 0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. Change workload.nodeSelector or workload.affinity, or label nodes to match.",
  ],
  [
    'topology spread constraints',
    "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.",
    "A pod cannot be scheduled: 0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints. Change workload.topologySpreadConstraints, or add nodes where they allow another pod.",
  ],
  [
    'too few devices, and a taint',
    '0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: db}, 2 Insufficient intel.com/sriov.',
    'A pod cannot be scheduled: 0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: db}, 2 Insufficient intel.com/sriov. Request less in workload.extraResources, or add nodes that have them. Add the taint to workload.tolerations, or remove it from a node.',
  ],
  [
    'unhealthy nodes',
    '0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 node(s) had untolerated taint {node.cloudprovider.kubernetes.io/uninitialized: true}.',
    'A pod cannot be scheduled: 0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 node(s) had untolerated taint {node.cloudprovider.kubernetes.io/uninitialized: true}. Do not tolerate taints that Kubernetes itself has set: such a node is unhealthy or not ready yet; kubectl describe node shows why.',
  ],
  [
    'one unhealthy node and one with a taint of its own',
    '0/2 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.',
    'A pod cannot be scheduled: 0/2 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. Add the taint to workload.tolerations, or remove it from a node. Do not tolerate taints that Kubernetes itself has set: such a node is unhealthy or not ready yet; kubectl describe node shows why.',
  ],
  [
    'a cordoned node',
    '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }.',
    'A pod cannot be scheduled: 0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }. Make a node schedulable again: kubectl uncordon.',
  ],
  [
    'cordoned and full nodes',
    '0/2 nodes are available: 1 Too many pods, 1 node(s) were unschedulable',
    'A pod cannot be scheduled: 0/2 nodes are available: 1 Too many pods, 1 node(s) were unschedulable. Add nodes, or raise maxPods of their kubelets. Make a node schedulable again: kubectl uncordon.',
  ],
  [
    'an unknown cause',
    'no nodes available to schedule pods',
    'A pod cannot be scheduled: no nodes available to schedule pods. Request less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.',
  ],
  [
    'no stated cause',
    '',
    'A pod cannot be scheduled: the scheduler gives no reason. Request less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.',
  ],
];

for (const [cause, message, expected] of ROWS)
  test(`a pod that cannot be scheduled because of ${cause} is reported with a remedy for that`, () =>
    assert.equal(messageFor(message), expected));
