import { effectiveTuning } from '../../crds/effective.ts';
import type { L4Balancer } from '../../crds/l4balancer.ts';
import { parseL4Balancer } from '../../crds/parse.ts';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import { createTrial, type Manifest } from '../../kube/apply.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { listAll } from '../../kube/page-list.ts';
import { collectionPath } from '../../kube/paths.ts';
import type { KubeService } from '../../kube/service.ts';
import { CALL_TIMEOUT_MS, findBalancer, listBalancers } from '../cluster/balancers.ts';
import { OPERATOR_LABEL } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { explain } from '../errors/explain.ts';
import type { KubernetesVersion, OperatorCode } from '../manifest/operator-code.ts';
import { allowedSysctls } from './allowed-sysctls.ts';
import type { Answer, Facts, Neighbour, PodSpec, PreflightNode, Quota } from './facts.ts';
import type { Known } from './verdict.ts';

/** Asks the cluster everything that the checks look at. Throws CliError if it does not answer. */
export const gather = async (
  balancer: L4Balancer,
  session: Session,
  code: OperatorCode,
  proxyImage: string,
): Promise<Facts> => {
  const { transport, namespace } = session;
  const list = async <T extends KubeObject>(
    apiVersion: string,
    kind: string,
    where: string | undefined,
    labelSelector?: string,
  ): Promise<Known<readonly T[]>> =>
    known(`read ${kind}s`, async () => {
      const path = collectionPath({ apiVersion, kind }, where);
      const { objects } = await listAll<T>({
        transport,
        path,
        timeoutMs: CALL_TIMEOUT_MS,
        ...(labelSelector === undefined ? {} : { labelSelector }),
      });
      return [...objects.values()];
    });
  const all = await list<PreflightNode>('v1', 'Node', undefined);
  const kubelet = 'value' in all ? oldestOf(all.value) : undefined;
  const children = code.renderedOf(balancer, { proxyImage, pullPolicy: 'IfNotPresent', kubelet });
  const workload = children.find(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet') as Workload;
  const pod = workload.spec.template.spec;
  const nodes: Known<readonly PreflightNode[]> =
    'value' in all ? { value: all.value.filter((node) => code.isEligible(node, pod)) } : all;
  const { unsafe } = code.assignSysctls(effectiveTuning(balancer.spec), kubelet ?? OLDEST);
  const trial = createTrial(transport, CALL_TIMEOUT_MS);
  const manifest = {
    ...balancer,
    metadata: { name: balancer.metadata.name, namespace },
    status: undefined,
  } as unknown as Manifest;
  // The account is made with the other children, so that a trial pod cannot have it yet.
  const { serviceAccountName: _, ...podSpec } = pod as PodSpec & { readonly serviceAccountName?: string };
  const trialPod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${workload.metadata.name}-preflight`, namespace },
    spec: { ...podSpec, automountServiceAccountToken: false },
  };
  const service = children.find(({ kind }) => kind === 'Service');
  const [exists, resource, podTrial, serviceTrial, quotas, services, neighbours, operators, allowed] =
    await Promise.all([
      findBalancer(session, balancer.metadata.name).then((found) => found !== undefined),
      answered('apply L4Balancers', () => trial.apply(manifest)),
      answered('create pods', () => trial.create(trialPod as unknown as Manifest)),
      service === undefined ? undefined : answered('apply Services', () => trial.apply(service)),
      list<Quota>('v1', 'ResourceQuota', namespace),
      list<KubeService>('v1', 'Service', namespace),
      neighboursOf(balancer, session),
      list<RawDeployment>('apps/v1', 'Deployment', undefined, OPERATOR_LABEL),
      unsafe.length === 0 || 'unknown' in nodes
        ? new Map<string, Known<readonly string[]>>()
        : allowedSysctls(transport, nodes.value),
    ]);
  return {
    balancer,
    children,
    pod,
    replicas: workload.spec.replicas,
    unsafe: unsafe.map(({ name }) => name),
    nodes,
    allowed,
    resource,
    podTrial,
    serviceTrial,
    quotas,
    services:
      'value' in services
        ? { value: new Map(services.value.map((one) => [one.metadata.name, one])) }
        : services,
    neighbours,
    operators:
      'value' in operators
        ? { value: { found: operators.value.length, ready: operators.value.filter(isServed).length } }
        : operators,
    exists,
  };
};

interface Workload extends Manifest {
  readonly spec: { readonly replicas?: number; readonly template: { readonly spec: PodSpec } };
}

/** Assumed where no node may be read. */
const OLDEST: KubernetesVersion = { major: 1, minor: 31 };

const oldestOf = (nodes: readonly PreflightNode[]): KubernetesVersion | undefined => {
  const minors = nodes.flatMap(({ status }) => {
    const [, minor] = /^v1\.(\d+)/.exec(status?.nodeInfo?.kubeletVersion ?? '') ?? [];
    return minor === undefined ? [] : [Number(minor)];
  });
  return minors.length === 0 ? undefined : { major: 1, minor: Math.min(...minors) };
};

/** What a call gives; a right that is missing is no error, but something that is not known. */
const known = async <T>(tried: string, call: () => Promise<T>): Promise<Known<T>> => {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'Forbidden')
      return { unknown: `You may not ${tried}, so this is not known.` };
    throw explain(error, tried);
  }
};

/** RBAC refuses the user, admission the object; both with 403. */
const NO_RIGHT = /cannot (create|patch|update|get) resource/;

const answered = async (tried: string, call: () => Promise<void>): Promise<Known<Answer>> => {
  try {
    await call();
    return { value: undefined };
  } catch (error) {
    if (!(error instanceof ApiError)) throw explain(error, tried);
    if (error.code === 'Forbidden' && NO_RIGHT.test(error.serverMessage))
      return { unknown: `You may not ${tried}, so the API server could not be asked.` };
    // A kind that it does not serve is what the user must know first.
    if (error.code === 'NotFound' && !error.serverMessage.includes('"')) throw explain(error, tried);
    return { value: { refused: error.serverMessage } };
  }
};

const neighboursOf = (
  balancer: L4Balancer,
  { transport, namespace }: Session,
): Promise<Known<readonly Neighbour[]>> =>
  known('list the L4Balancers of all namespaces', async () => {
    if (!effectiveTuning(balancer.spec).hostNetwork) return [];
    const all = await listBalancers(transport, undefined);
    return all.flatMap((one): readonly Neighbour[] => {
      const { balancer: parsed } = parseL4Balancer({ apiVersion: API_VERSION, kind: KIND, ...one }, 'Report');
      const isSelf = one.metadata.namespace === namespace && one.metadata.name === balancer.metadata.name;
      if (parsed === undefined || isSelf) return [];
      const { listeners, workload } = parsed.spec;
      return [
        {
          key: `${one.metadata.namespace}/${one.metadata.name}`,
          hostNetwork: effectiveTuning(parsed.spec).hostNetwork,
          ports: [
            `${workload.adminPort}/TCP`,
            ...listeners.map(({ port, protocol }) => `${port}/${protocol}`),
          ],
        },
      ];
    });
  });

interface RawDeployment extends KubeObject {
  readonly status?: { readonly readyReplicas?: number };
}

const isServed = ({ status }: RawDeployment): boolean => (status?.readyReplicas ?? 0) > 0;
