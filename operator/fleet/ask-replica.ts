import type { IncomingMessage } from 'node:http';
import { askProxy, type ProxyAddress } from '../proxy-reports/ask-proxy.ts';

/** A replica gave no usable answer; the message is a sentence. */
export class ReplicaSilent extends Error {
  override readonly name = 'ReplicaSilent';
  readonly code = 'ReplicaSilent';
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens at its admin port.',
  ECONNRESET: 'The connection to it was reset.',
  EHOSTUNREACH: 'There is no route to it.',
  ENETUNREACH: 'There is no route to it.',
  ABORT_ERR: 'It was not waited for.',
};

/** The error as a sentence. */
export const silence = (error: unknown): ReplicaSilent => {
  if (error instanceof ReplicaSilent) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new ReplicaSilent(SENTENCES[code] ?? `It cannot be read: ${message}.`, { cause: error });
};

/**
 * Sends a GET request to the admin endpoint of a replica, which may be silent for `silentMs`, then and while
 * the response is read. Rejects with ReplicaSilent.
 */
export const askReplica = (
  replica: ProxyAddress,
  path: string,
  silentMs: number,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = askProxy(replica, path, signal, silentMs);
    request.on('timeout', () => request.destroy(new ReplicaSilent('It has gone silent.')));
    request.on('error', (error) => reject(silence(error)));
    request.on('response', (response) => {
      if (response.statusCode === 200) {
        resolve(response);
        return;
      }
      request.destroy();
      reject(
        new ReplicaSilent(
          response.statusCode === 404
            ? 'It runs a version that sends no live figures.'
            : response.statusCode === 503
              ? 'It sends no live figures: it shuts down, or as many pages as it serves are open.'
              : `It responded with status ${response.statusCode}.`,
        ),
      );
    });
  });
