import { EMFILE, ENFILE, ENOBUFS, ENOMEM } from '../sys/sys.ts';

/** Why the kernel gives no client, as it is counted. */
export const ACCEPT_ERRNOS = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'other'] as const;
export type AcceptErrno = (typeof ACCEPT_ERRNOS)[number];

const BY_ERRNO: ReadonlyMap<number, AcceptErrno> = new Map([
  [EMFILE, 'EMFILE'],
  [ENFILE, 'ENFILE'],
  [ENOBUFS, 'ENOBUFS'],
  [ENOMEM, 'ENOMEM'],
]);

/** The name of a positive errno of accept, or of watching a listener. */
export const acceptErrno = (errno: number): AcceptErrno => BY_ERRNO.get(errno) ?? 'other';
