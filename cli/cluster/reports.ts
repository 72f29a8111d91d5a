import { ApiError, TransportError } from '../../kube/errors.ts';
import { readDirectly } from './direct.ts';
import type { Pod } from './pods.ts';
import type { Reading } from './reading.ts';
import type { Session } from './session.ts';

/** How proxies are asked: through the API server, or at the addresses of their pods. */
export interface Reach {
  readonly direct: boolean;
}

const TIMEOUT_MS = 5_000;
/** So many proxies are asked at the same time. */
const AT_ONCE = 16;

/** Path of a page of a proxy, through the API server. */
export const proxyPath = (namespace: string, pod: Pod, page: string): string =>
  `/api/v1/namespaces/${namespace}/pods/${pod.name}:${pod.adminPort}/proxy/${page}`;

/** Asks the proxies of these pods, those that run. Never rejects: a reading says why there is no report. */
export const readReports = async (
  session: Session,
  pods: readonly Pod[],
  reach: Reach,
): Promise<ReadonlyMap<string, Reading>> => {
  const readings = new Map<string, Reading>();
  const waiting = pods.filter(({ isRunning, isLeaving }) => isRunning && !isLeaving);
  const worker = async (): Promise<void> => {
    for (let pod = waiting.pop(); pod !== undefined; pod = waiting.pop())
      readings.set(pod.name, await readOne(session, pod, reach));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return readings;
};

const readOne = async (session: Session, pod: Pod, { direct }: Reach): Promise<Reading> => {
  try {
    const answer = direct
      ? JSON.parse(await readDirectly(pod, 'status', TIMEOUT_MS))
      : await readThroughApi(session, pod);
    const at = performance.now();
    // A list of balancers asks no proxy, and needs no parser of reports.
    const { wholeReport } = await import('../../report/whole.ts');
    const { data: report } = wholeReport.safeParse(answer);
    return report === undefined
      ? { kind: 'None', code: 'NoProxy', why: 'what answers there is not a proxy of L4Balancer' }
      : { kind: 'Report', report, atMs: at };
  } catch (error) {
    return whyNot(error, session, pod);
  }
};

const readThroughApi = ({ transport, namespace }: Session, pod: Pod): Promise<unknown> =>
  transport.request({ method: 'GET', path: proxyPath(namespace, pod, 'status'), timeoutMs: TIMEOUT_MS });

const whyNot = (error: unknown, { namespace }: Session, { name }: Pod): Reading => {
  if (error instanceof ApiError && error.code === 'Forbidden')
    return {
      kind: 'None',
      code: 'NoRight',
      why: `you lack the right to get pods/proxy in namespace ${namespace}, by which proxies are asked through the API server; --direct asks them at the addresses of their pods`,
    };
  if (error instanceof ApiError)
    return {
      kind: 'None',
      code: 'Unreachable',
      why: `the API server cannot reach it: ${error.serverMessage}`,
    };
  if (error instanceof TransportError)
    return { kind: 'None', code: 'Unreachable', why: `the API server gave no answer about ${name}` };
  const { code = '', message } = error as NodeJS.ErrnoException;
  return { kind: 'None', code: 'Unreachable', why: DIRECT_FAILURES[code] ?? message };
};

const DIRECT_FAILURES: Readonly<Record<string, string>> = {
  ABORT_ERR: `it did not respond within ${TIMEOUT_MS / 1000} s`,
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no route to it from here',
  ENETUNREACH: 'there is no route to it from here',
};
