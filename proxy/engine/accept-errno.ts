/** Why accepting fails, as it is counted: the names of the errnos that have a remedy of their own. */
export const ACCEPT_ERRNOS = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'other'] as const;
export type AcceptErrno = (typeof ACCEPT_ERRNOS)[number];
