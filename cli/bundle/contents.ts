import { instanceLabel } from '../../crds/child-name.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Balancer } from '../cluster/balancers.ts';
import { proxyPath } from '../cluster/pages.ts';
import { listPods, OPERATOR_LABEL, type Pod } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { explain } from '../errors/explain.ts';
import { asDocument } from '../print/document.ts';
import { redacted, redactedValue } from './redact.ts';
import { logOf, objectsOf, pageOf, type Selection } from './sources.ts';
import type { ArchiveFile } from './tar.ts';

/** What was read, and what could not be. */
export interface Contents {
  readonly files: readonly ArchiveFile[];
  readonly missing: readonly string[];
}

/** Of more pods than this, the others are left out: they are usually alike. */
const MOST_PODS = 50;

interface RawContainers extends KubeObject {
  readonly spec?: {
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly containerStatuses?: readonly { readonly name: string; readonly restartCount?: number }[];
  };
}

/** Reads all that a bug report needs. What cannot be read is named; Secrets are never asked for. */
export const readContents = async (session: Session, balancer: Balancer): Promise<Contents> => {
  const { transport, namespace } = session;
  const files: ArchiveFile[] = [];
  const missing: string[] = [];
  const add = (path: string, text: string): void => {
    files.push({ path, content: Buffer.from(redacted(text)) });
  };
  const attempt = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      missing.push(explain(error, `read ${what}`).message);
      return undefined;
    }
  };
  const addObjects = async (path: string, selection: Selection): Promise<readonly KubeObject[]> => {
    const found = await attempt(`the ${selection.kind}s`, () => objectsOf(transport, selection));
    if (found === undefined || found.length === 0) return [];
    add(path, await asDocument({ apiVersion: 'v1', kind: 'List', items: found.map(redactedValue) }, 'yaml'));
    return found;
  };

  add('l4balancer.yaml', await asDocument(redactedValue(balancer), 'yaml'));
  const labelSelector = `app.kubernetes.io/name=l4balancer,app.kubernetes.io/instance=${instanceLabel(balancer.metadata.name)}`;
  const own = (apiVersion: string, kind: string): Selection => ({
    apiVersion,
    kind,
    namespace,
    labelSelector,
  });
  const services = new Set((balancer.spec?.backends ?? []).flatMap(({ service }) => service?.name ?? []));
  const [pods] = await Promise.all([
    addObjects('objects/pods.yaml', own('v1', 'Pod')),
    ...CHILDREN.map(([apiVersion, kind]) =>
      addObjects(`objects/${kind.toLowerCase()}s.yaml`, own(apiVersion, kind)),
    ),
    addObjects('objects/backend-services.yaml', {
      apiVersion: 'v1',
      kind: 'Service',
      namespace,
      only: ({ metadata }) => services.has(metadata.name),
    }),
    addObjects('objects/endpointslices.yaml', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      namespace,
      only: ({ metadata }) => services.has(metadata.labels?.['kubernetes.io/service-name'] ?? ''),
    }),
    addObjects('objects/resourcequotas.yaml', { apiVersion: 'v1', kind: 'ResourceQuota', namespace }),
  ]);
  const nodes = new Set((pods as readonly RawPlaced[]).map(({ spec }) => spec?.nodeName ?? ''));
  const names = new Set([balancer.metadata.name, ...pods.map(({ metadata }) => metadata.name)]);
  const prefix = `l4b-${balancer.metadata.name}`;
  const [operators] = await Promise.all([
    addObjects('operator/pods.yaml', {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: undefined,
      labelSelector: OPERATOR_LABEL,
    }),
    addObjects('objects/nodes.yaml', {
      apiVersion: 'v1',
      kind: 'Node',
      namespace: undefined,
      only: ({ metadata }) => nodes.has(metadata.name),
    }),
    addObjects('objects/events.yaml', {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      namespace,
      only: (event) => {
        const name = (event as RawRegarding).regarding?.name ?? '';
        return names.has(name) || name.startsWith(prefix);
      },
    }),
  ]);
  const addLogs = async (folder: string, pod: RawContainers): Promise<void> => {
    const { containers = [], initContainers = [] } = pod.spec ?? {};
    for (const { name } of [...initContainers, ...containers]) {
      const log = await attempt(`the log of ${pod.metadata.name}`, () => logOf(transport, pod, name, false));
      if (log !== undefined && log !== '') add(`${folder}/${pod.metadata.name}/${name}.log`, log);
      const restarts = pod.status?.containerStatuses?.find((one) => one.name === name)?.restartCount ?? 0;
      if (restarts === 0) continue;
      const before = await attempt(`the log of ${pod.metadata.name} before its restart`, () =>
        logOf(transport, pod, name, true),
      );
      if (before !== undefined) add(`${folder}/${pod.metadata.name}/${name}.previous.log`, before);
    }
  };
  const addPages = async (pod: Pod): Promise<void> => {
    for (const [page, file] of PAGES) {
      const text = await attempt(`/${page} of ${pod.name}`, () =>
        pageOf(transport, proxyPath(namespace, pod, page)),
      );
      if (text !== undefined) add(`proxies/${pod.name}/${file}`, text);
    }
  };
  if (pods.length > MOST_PODS)
    missing.push(`Of ${pods.length} pods, the logs and pages of ${MOST_PODS} are here`);
  const running = (await attempt('the pods', () => listPods(session, balancer))) ?? [];
  for (const pod of running.slice(0, MOST_PODS)) if (pod.isRunning) await addPages(pod);
  for (const pod of pods.slice(0, MOST_PODS)) await addLogs('proxies', pod);
  for (const pod of operators) await addLogs('operator', pod);
  return { files, missing: [...new Set(missing)] };
};

interface RawPlaced extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
}

interface RawRegarding extends KubeObject {
  readonly regarding?: { readonly name?: string };
}

/** Kinds of children; without Secrets. */
const CHILDREN = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'ReplicaSet'],
  ['v1', 'Service'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
] as const;

const PAGES = [
  ['status', 'status.json'],
  ['metrics', 'metrics.txt'],
] as const;
