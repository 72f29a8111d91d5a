import type { ConnectFailure } from '../../engine/connect-failure.ts';
import {
  EADDRNOTAVAIL,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  EMFILE,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENOSPC,
  ETIMEDOUT,
} from '../../sys/sys.ts';

const BY_ERRNO: ReadonlyMap<number, ConnectFailure> = new Map([
  [ECONNREFUSED, 'Refused'],
  [ETIMEDOUT, 'TimedOut'],
  [EHOSTUNREACH, 'Unreachable'],
  [ENETUNREACH, 'Unreachable'],
  [ECONNRESET, 'Reset'],
  [EADDRNOTAVAIL, 'NoSourcePort'],
  [EMFILE, 'NoDescriptors'],
  [ENFILE, 'NoDescriptors'],
  [ENOBUFS, 'NoMemory'],
  [ENOMEM, 'NoMemory'],
  [ENOSPC, 'NoMemory'], // fs.epoll.max_user_watches
]);

/** What a positive errno of socket or connect means. */
export const connectFailure = (errno: number): ConnectFailure => BY_ERRNO.get(errno) ?? 'Other';

/** This machine ran out of something, or lacks it, which says nothing about the endpoint. */
export const isLocal = (failure: ConnectFailure): boolean =>
  failure === 'NoSourcePort' ||
  failure === 'NoDescriptors' ||
  failure === 'NoMemory' ||
  failure === 'TlsNotReady';
