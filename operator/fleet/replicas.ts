import { childName } from '../../crds/child-name.ts';
import type { KubeObject } from '../../kube/object.ts';
import { controllerOf } from '../objects/controller-of.ts';
import type { Pod } from '../objects/pod.ts';
import { isReady } from '../objects/pods.ts';
import { adminPortOf } from '../proxy-reports/targets.ts';
import type { Collections } from '../watch/cluster-cache.ts';

/** A proxy pod of a balancer, and where it answers. */
export interface Replica {
  readonly pod: string;
  readonly uid: string;
  readonly node: string;
  readonly isReady: boolean;
  readonly restarts: number;
  /** Why it does not serve; empty if it does. */
  readonly trouble: string;
  /** Empty until it runs. */
  readonly ip: string;
  readonly port: number;
}

const troubleOf = ({ metadata, status = {} }: Pod): string => {
  if (metadata.deletionTimestamp !== undefined) return 'It is being deleted.';
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const waiting = containers.map(({ state }) => state?.waiting).find((one) => one?.reason !== undefined);
  if (waiting !== undefined) return [waiting.reason, waiting.message].filter(Boolean).join(': ');
  const unmet = status.conditions?.find(
    ({ type, status: is }) => (type === 'PodScheduled' || type === 'Ready') && is !== 'True',
  );
  return [status.reason, status.message, unmet?.reason, unmet?.message].filter(Boolean).join(': ');
};

const replicaOf = (pod: Pod): Replica => {
  const { metadata, spec, status } = pod;
  const serves = isReady(pod) && metadata.deletionTimestamp === undefined;
  return {
    pod: metadata.name,
    uid: metadata.uid ?? '',
    node: spec?.nodeName ?? '',
    isReady: serves,
    restarts: (status?.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    trouble: serves ? '' : troubleOf(pod),
    // The address of a pod that has ended may belong to another by now.
    ip: status?.phase === 'Running' ? (status.podIP ?? '') : '',
    port: adminPortOf(spec),
  };
};

/** The pods that the workload of a balancer has, by name; none of an object that only has its name. */
export const replicasOf = (
  collections: Pick<Collections, 'Deployment' | 'DaemonSet' | 'ReplicaSet' | 'Pod'>,
  { metadata: { namespace = '', name, uid } }: KubeObject,
): readonly Replica[] => {
  const key = `${namespace}/${childName(name)}`;
  const own = (workload: KubeObject | undefined): string | undefined =>
    workload !== undefined && controllerOf(workload)?.uid === uid ? workload.metadata.uid : undefined;
  const uids = [
    own(collections.DaemonSet.get(key)),
    ...collections.ReplicaSet.controlledBy(own(collections.Deployment.get(key))).map(
      ({ metadata }) => metadata.uid,
    ),
  ];
  return uids
    .flatMap((uid) => collections.Pod.controlledBy(uid))
    .filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded')
    .map(replicaOf)
    .sort((a, b) => (a.pod < b.pod ? -1 : 1));
};
