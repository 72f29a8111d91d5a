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

/** Why an attempt to connect failed; the index is the counter's place in shared memory. */
export const CONNECT_FAILURES = [
  'Refused', // nobody listens there
  'TimedOut', // no answer within connect.timeout, or the kernel gave up
  'Unreachable', // no route to the host or its network, or no address of its family here
  'Reset',
  'NoSourcePort', // every port to this endpoint is in use
  'NoDescriptors', // of the process or the machine
  'NoMemory', // for sockets or for watching them, in the kernel
  'Other',
] as const;

export type ConnectFailure = (typeof CONNECT_FAILURES)[number];

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

/** This machine ran out of something, which says nothing about the endpoint. */
export const isLocal = (failure: ConnectFailure): boolean =>
  failure === 'NoSourcePort' || failure === 'NoDescriptors' || failure === 'NoMemory';
