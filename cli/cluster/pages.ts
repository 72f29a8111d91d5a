import { ApiError, TransportError } from '../../kube/errors.ts';
import { PageRefused, readDirectly } from './direct.ts';
import type { Pod } from './pods.ts';
import type { Reading } from './reading.ts';
import type { Session } from './session.ts';

/** How proxies are asked: through the API server, or at the addresses of their pods. */
export interface Reach {
  readonly direct: boolean;
}

/** What a page of a proxy answered, or why there is no answer. */
export type PageReading =
  | { readonly kind: 'Page'; readonly answer: unknown; readonly atMs: number }
  /** The proxy refuses the request, or has no such page. */
  | { readonly kind: 'Refused'; readonly message: string }
  | Extract<Reading, { readonly kind: 'None' }>;

const TIMEOUT_MS = 5_000;
/** So many proxies are asked at the same time. */
const AT_ONCE = 16;

/** Path of a page of a proxy, through the API server. */
export const proxyPath = (namespace: string, pod: Pod, page: string): string =>
  `/api/v1/namespaces/${namespace}/pods/${pod.name}:${pod.adminPort}/proxy/${page}`;

/** Asks the proxies of these pods, those that run, by the name of the pod. */
export const askAll = async <T>(
  pods: readonly Pod[],
  ask: (pod: Pod) => Promise<T>,
): Promise<ReadonlyMap<string, T>> => {
  const answers = new Map<string, T>();
  const waiting = pods.filter(({ isRunning, isLeaving }) => isRunning && !isLeaving);
  const worker = async (): Promise<void> => {
    for (let pod = waiting.pop(); pod !== undefined; pod = waiting.pop())
      answers.set(pod.name, await ask(pod));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
};

/** Reads a page of JSON of one proxy. Never rejects. */
export const readPage = async (
  session: Session,
  pod: Pod,
  page: string,
  { direct }: Reach,
): Promise<PageReading> => {
  try {
    const answer = direct
      ? JSON.parse(await readDirectly(pod, page, TIMEOUT_MS))
      : await session.transport.request({
          method: 'GET',
          path: proxyPath(session.namespace, pod, page),
          timeoutMs: TIMEOUT_MS,
        });
    return { kind: 'Page', answer, atMs: performance.now() };
  } catch (error) {
    if (error instanceof PageRefused) return { kind: 'Refused', message: error.message };
    // What the API server itself says has a reason; this is the proxy's text.
    if (error instanceof ApiError && error.reason === '' && error.httpStatus < 500)
      return { kind: 'Refused', message: error.serverMessage };
    return whyNot(error, session, pod);
  }
};

const whyNot = (
  error: unknown,
  { namespace }: Session,
  { name }: Pod,
): Extract<Reading, { readonly kind: 'None' }> => {
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
