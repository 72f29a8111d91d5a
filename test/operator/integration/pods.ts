import { createWriter } from '../../../kube/apply.ts';
import { ApiError } from '../../../kube/errors.ts';
import { collectionPath } from '../../../kube/paths.ts';
import type { Transport } from '../../../kube/transport.ts';
import type { Anything } from './world.ts';

/** The pods of a namespace that are not being deleted. */
export const podsOf = async (transport: Transport, namespace: string): Promise<readonly Anything[]> => {
  const path = collectionPath({ apiVersion: 'v1', kind: 'Pod' }, namespace);
  const { items } = (await transport.request({ method: 'GET', path })) as { items: readonly Anything[] };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
};

/** Writes a pod's status as its kubelet would: these tests have none. */
export const writePodStatus = async (transport: Transport, pod: Anything, status: object): Promise<void> => {
  const { name, namespace = '' } = pod.metadata;
  await createWriter(transport, 'kubelet').applyStatus({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    status,
  });
};

/** The status of a pod that serves, or that no longer serves. */
export const serving = (isReady: boolean, podIP?: string): object => {
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({
    type,
    status: isReady ? 'True' : 'False',
    lastTransitionTime: '2026-01-01T00:00:00Z', // long ago: minReadySeconds have passed
  }));
  return { phase: 'Running', conditions, ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }) };
};

/** Marks every pod of the namespace as serving. */
export const letServe = async (transport: Transport, namespace: string): Promise<void> => {
  for (const pod of await podsOf(transport, namespace))
    await writePodStatus(transport, pod, serving(true)).catch((error: unknown) => {
      // As soon as a new pod serves, its predecessor is deleted.
      if (!(error instanceof ApiError && error.code === 'NotFound')) throw error;
    });
};

/** Binds a pod to a node, as the scheduler does; the node does not have to exist. */
export const bind = async (transport: Transport, pod: Anything, node: string): Promise<void> => {
  const { name, namespace = '' } = pod.metadata;
  await transport.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`,
    body: { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: node } },
  });
};

/** Binds a pod to a node and marks it as refused by its kubelet because of its sysctls. */
export const refuse = async (transport: Transport, pod: Anything, node: string): Promise<void> => {
  await bind(transport, pod, node);
  await writePodStatus(transport, pod, {
    phase: 'Failed',
    reason: 'SysctlForbidden',
    message: 'forbidden sysctl: "net.core.somaxconn" not allowlisted',
  });
};
