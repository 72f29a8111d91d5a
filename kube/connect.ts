import type { Dispatcher } from 'undici';
import { checkBeforeSend } from './check-before-send.ts';
import type { Credentials } from './credentials.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { ApiError, CredentialsError, TransportError } from './errors.ts';
import { explainFailure } from './explain-failure.ts';
import { findCredentials } from './find-credentials.ts';
import type { Environment } from './in-cluster.ts';
import { keepPools } from './pool.ts';
import { LineSplitter } from './split-lines.ts';
import type { Call, Transport } from './transport.ts';

export interface ConnectOptions {
  /** Path of a kubeconfig; by default KUBECONFIG, the pod's service account, or ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  /** Context in the kubeconfig; by default its current one. */
  readonly context?: string | undefined;
  /** Name of the caller in the API server's audit log. */
  readonly userAgent?: string | undefined;
}

const REQUEST_TIMEOUT_MS = 30_000;
const SILENCE_MS = 320_000;
/** Limits how often a token is read again if it remains invalid. */
const FORGET_INTERVAL_MS = 10_000;

/**
 * A transport to the API server of a kubeconfig or of the pod's service account. Opens no connection until
 * the first call. Rejects with a CredentialsError if there is no kubeconfig or it is invalid; so do calls if
 * a login fails.
 */
export async function connect(
  options: ConnectOptions = {},
  env: Environment = process.env,
  now: () => number = () => performance.now(),
): Promise<Transport> {
  return openTransport(await findCredentials(options, env, now), options.userAgent ?? 'l4balancer', now);
}

/** Like `connect`, with given credentials. */
export function openTransport(credentials: Credentials, userAgent: string, now: () => number): Transport {
  const server = new URL(credentials.server);
  const prefix = server.pathname.replace(/\/$/, '');
  const address = server.origin;
  const keeper = keepPools(address, credentials.proxyUrl);
  let forgotAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  async function send(
    call: Call,
    kind: 'requests' | 'streams',
    deadline: Deadline,
  ): Promise<Dispatcher.ResponseData> {
    const tried = `${call.method} ${call.path}`;
    for (let attempt = 0; ; attempt++) {
      const login = await deadline.race(credentials.current());
      if (closed) throw new TransportError('Stopped', address, tried, 'the transport has been closed');
      // undici notices an abort only once it is connected, so race against the deadline, too.
      const pool = keeper.poolsFor(login.tls)[kind];
      const { maySend } = call;
      const refused = () =>
        new TransportError('Stopped', address, tried, 'the caller cancelled it before it was sent');
      const sender = maySend === undefined ? pool : pool.compose(checkBeforeSend(maySend, refused));
      const response = sender.request({
        origin: address,
        method: call.method,
        path: prefix + withQuery(call),
        headers: {
          accept: 'application/json',
          'user-agent': userAgent,
          ...login.headers,
          ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: deadline.signal,
      });
      const answer = await deadline.race(response);
      if (answer.statusCode < 400) return answer;
      const body = await answer.body.text();
      if (answer.statusCode === 401 && attempt === 0 && now() - forgotAt > FORGET_INTERVAL_MS) {
        forgotAt = now();
        credentials.forget();
        continue;
      }
      const retryAfter = answer.headers['retry-after'];
      throw new ApiError({
        method: call.method,
        path: call.path,
        httpStatus: answer.statusCode,
        body,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      });
    }
  }

  function failure(cause: unknown, call: Call, deadline: Deadline, late: () => TransportError): unknown {
    if (cause instanceof ApiError || cause instanceof CredentialsError) return cause;
    if (deadline.expired) return late();
    const tried = `${call.method} ${call.path}`;
    if (deadline.signal.aborted) {
      return new TransportError('Stopped', address, tried, 'the caller cancelled the call', cause);
    }
    return explainFailure(cause, address, tried);
  }

  return {
    async request(call) {
      const timeoutMs = call.timeoutMs ?? REQUEST_TIMEOUT_MS;
      const deadline = startDeadline(timeoutMs, call.signal);
      try {
        const answer = await send(call, 'requests', deadline);
        return parseAnswer(await answer.body.text(), address, call);
      } catch (cause) {
        const tried = `${call.method} ${call.path}`;
        throw failure(cause, call, deadline, () => {
          return new TransportError(
            'Timeout',
            address,
            tried,
            `no complete response within ${timeoutMs / 1000} s`,
            cause,
          );
        });
      } finally {
        deadline.end();
      }
    },

    async *lines(call) {
      const silenceMs = call.timeoutMs ?? SILENCE_MS;
      const deadline = startDeadline(Math.min(silenceMs, REQUEST_TIMEOUT_MS), call.signal);
      const splitter = new LineSplitter();
      let body: Dispatcher.ResponseData['body'] | undefined;
      try {
        body = (await send(call, 'streams', deadline)).body;
        deadline.restart(silenceMs);
        call.onOpen?.();
        for await (const chunk of body) {
          deadline.restart();
          yield* splitter.push(chunk);
        }
        const rest = splitter.rest();
        if (rest !== '') yield rest;
      } catch (cause) {
        if (call.signal?.aborted) return;
        const tried = `${call.method} ${call.path}`;
        throw failure(cause, call, deadline, () => {
          const found =
            body === undefined ? 'the watch did not open in time' : `silent for ${silenceMs / 1000} s`;
          return new TransportError('Silent', address, tried, found, cause);
        });
      } finally {
        deadline.end();
        body?.destroy();
      }
    },

    async close() {
      closed = true;
      await keeper.destroy();
    },
  };
}

function withQuery(call: Call): string {
  const query = new URLSearchParams(call.query).toString();
  return query === '' ? call.path : `${call.path}?${query}`;
}

function parseAnswer(text: string, address: string, call: Call): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 80));
    throw new TransportError(
      'BadAnswer',
      address,
      `${call.method} ${call.path}`,
      `not JSON: ${start}`,
      cause,
    );
  }
}
