import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import { createWriter } from '../../kube/apply.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import type { TestWorld } from '../operator/integration/world.ts';
import { MINIMAL } from '../operator/owner.ts';
import { type Program, startProgram } from '../proxy/program.ts';

/** The API server asks no proxy at a loopback address: it wants one that other machines could use. */
export const machineAddress = (): string =>
  Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address ??
  assert.fail('this machine has no address but those of its loopback device');

export const SELECTOR = 'app.kubernetes.io/name=l4balancer,app.kubernetes.io/instance=edge';
const LABELS = Object.fromEntries(SELECTOR.split(',').map((pair) => pair.split('='))) as Record<
  string,
  string
>;

/** Creates so many balancers with the smallest spec. */
export const createBalancers = async (world: TestWorld, namespace: string, many: number): Promise<void> => {
  const writer = createWriter(world.transport, 'user');
  await Promise.all(
    Array.from({ length: many }, (_, at) =>
      writer.create({
        apiVersion: API_VERSION,
        kind: KIND,
        metadata: { name: `edge-${at}`, namespace },
        spec: MINIMAL,
      }),
    ),
  );
};

/** Writes the status of a balancer as the operator does; these tests have none. */
export const writeStatus = async (
  world: TestWorld,
  namespace: string,
  name: string,
  status: object,
): Promise<void> => {
  await createWriter(world.transport, 'operator').applyStatus({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, namespace },
    status: { selector: SELECTOR, ...status },
  });
};

export const condition = (type: string, status: string, reason: string, message = 'So it is.') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

export const READY = { conditions: [condition('Ready', 'True', 'Available')], replicaSummary: '1/1' };

/** Creates a pod of the proxy with this status, as the workload and the kubelet do. */
export const createPod = async (
  world: TestWorld,
  namespace: string,
  name: string,
  adminPort: number,
  status: object,
): Promise<void> => {
  const writer = createWriter(world.transport, 'kubelet');
  const type = { apiVersion: 'v1', kind: 'Pod' };
  const container = {
    name: 'proxy',
    image: 'registry.example/proxy:1',
    ports: [{ name: 'admin', containerPort: adminPort }],
  };
  await writer.create({
    ...type,
    metadata: { name, namespace, labels: LABELS },
    spec: { containers: [container] },
  });
  await writer.applyStatus({ ...type, metadata: { name, namespace }, status });
};

/** Starts a real proxy of the balancer `edge`, with a pod that stands for it. */
export const startServing = async (
  world: TestWorld,
  namespace: string,
  pod: string,
  ip: string,
): Promise<Program> => {
  const port = await freePort();
  const program = startProgram(['--kubeconfig', world.cp.kubeconfig], {
    L4B_NAMESPACE: namespace,
    L4B_NAME: 'edge',
    L4B_ADMIN: `${ip}:${port}`,
    L4B_GRACE_PERIOD: '1s',
    NUM_ACCEPTORS: '1',
  });
  await createPod(world, namespace, pod, port, {
    phase: 'Running',
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: 'True' }],
  });
  await world.eventually('the proxy to be ready', () =>
    fetch(`http://${ip}:${port}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  return program;
};
