import type { KubeObject } from '../../kube/object.ts';
import { listAll } from '../../kube/page-list.ts';
import { collectionPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import { CALL_TIMEOUT_MS } from '../cluster/balancers.ts';

/** How much of each log is read. */
const LOG_LINES = '10000';
const LOG_BYTES = String(8 * 1024 * 1024);
const LOG_TIMEOUT_MS = 30_000;

export interface Selection {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
  /** Which of them; by default all. */
  readonly only?: (object: KubeObject) => boolean;
}

/** The objects of a kind, sorted by name. Throws the errors of Transport.request. */
export const objectsOf = async (
  transport: Transport,
  { apiVersion, kind, namespace, labelSelector, only = () => true }: Selection,
): Promise<readonly KubeObject[]> => {
  const path = collectionPath({ apiVersion, kind }, namespace);
  const request = { transport, path, timeoutMs: CALL_TIMEOUT_MS };
  const { objects } = await listAll<KubeObject>(
    labelSelector === undefined ? request : { ...request, labelSelector },
  );
  return [...objects]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, object]) => (only(object) ? [object] : []));
};

/** The lines of a streamed answer. Throws the errors of Transport.lines. */
const linesOf = async (
  transport: Transport,
  path: string,
  query: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<string> => {
  const lines = await Array.fromAsync(transport.lines({ method: 'GET', path, query, timeoutMs }));
  return lines.map((line) => `${line}\n`).join('');
};

/** The end of the log of a pod's container; `previous` is that of the one before its last restart. */
export const logOf = (
  transport: Transport,
  pod: KubeObject,
  container: string,
  previous: boolean,
): Promise<string> =>
  linesOf(
    transport,
    `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/log`,
    {
      container,
      tailLines: LOG_LINES,
      limitBytes: LOG_BYTES,
      timestamps: 'true',
      ...(previous ? { previous: 'true' } : {}),
    },
    LOG_TIMEOUT_MS,
  );

/** A page of a proxy as text. */
export const pageOf = (transport: Transport, path: string): Promise<string> =>
  linesOf(transport, path, {}, CALL_TIMEOUT_MS);
