import type { AcceptErrno } from '../engine/accept-errno.ts';
import { EMFILE, ENFILE, ENOBUFS, ENOMEM } from '../sys/sys.ts';

const BY_ERRNO: ReadonlyMap<number, AcceptErrno> = new Map([
  [EMFILE, 'EMFILE'],
  [ENFILE, 'ENFILE'],
  [ENOBUFS, 'ENOBUFS'],
  [ENOMEM, 'ENOMEM'],
]);

/** Names a positive errno of accept(), or of watching a listener. */
export const acceptErrno = (errno: number): AcceptErrno => BY_ERRNO.get(errno) ?? 'other';
