import { randomBytes } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Sys } from '../../sys/sys.ts';
import type { Tls } from '../../sys/tls.ts';
import { prefaceFor } from './choose-preface.ts';
import { hashKeyOf } from './keyed-hash/half-sip-hash.ts';
import { runAcceptor } from './loop.ts';
import type { AcceptorStart, FromAcceptor, ToAcceptor } from './messages.ts';
import { sharedClock } from './shared-clock.ts';
import { viewShared } from './shared-memory.ts';

/**
 * Runs the acceptor that the engine started this thread for. The thread blocks in epoll_wait, so its message
 * port is read when the eventfd says that there is something. Nothing listens on the port, so the thread ends
 * by itself. `tls` loads what ends TLS, once it is needed; omitted for OpenSSL.
 */
export const runWorker = (sys: Sys, tls?: () => Tls): void => {
  const port = parentPort;
  if (port === null) throw new Error('NOT_A_WORKER: an acceptor is started by the engine only');
  const { index, acceptors, shared, eventfd, sourcePorts, clockOriginMs } = workerData as AcceptorStart;

  const received = (): readonly ToAcceptor[] => {
    const messages: ToAcceptor[] = [];
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
      messages.push(next.message as ToAcceptor);
    // Of several tables only the newest counts.
    const newest = messages.findLast(({ type }) => type === 'Table');
    return messages.filter((message) => message.type !== 'Table' || message === newest);
  };

  runAcceptor({
    index,
    acceptors,
    sys,
    ...(tls === undefined ? {} : { tls }),
    shared: viewShared(shared),
    eventfd,
    sourcePorts,
    now: sharedClock(clockOriginMs),
    wallClock: () => Date.now(),
    received,
    prefaceFor,
    idPrefix: randomBytes(8),
    hashKey: hashKeyOf(randomBytes(8)),
    seed: 1 + Math.floor(Math.random() * 0x7ffffffe),
    notify: (message: FromAcceptor) => port.postMessage(message),
  });
};
