import { networkInterfaces } from 'node:os';
import { type CheckFailure, type CheckResult, failed } from './result.ts';

/**
 * What the error of a system call means for a check. Local means that the proxy or its machine ran out of a
 * resource: taking endpoints out because of that would turn a shortage into an outage.
 */
const SYSTEM: Readonly<Record<string, readonly [CheckFailure, string]>> = {
  ECONNREFUSED: ['Refused', 'connection refused'],
  ECONNRESET: ['Reset', 'connection reset'],
  EPIPE: ['Reset', 'connection reset'],
  EHOSTUNREACH: ['Unreachable', 'no route to the host'],
  ENETUNREACH: ['Unreachable', 'no route to the network'],
  ETIMEDOUT: ['TimedOut', 'connection timed out'],
  EMFILE: ['Local', 'the proxy has no file descriptors left'],
  ENFILE: ['Local', 'the machine has no file descriptors left'],
  ENOBUFS: ['Local', 'the machine has no buffers left for sockets'],
  ENOMEM: ['Local', 'the machine has no memory left for sockets'],
  EMSGSIZE: ['Local', 'the datagram was too long for the path, whose MTU the kernel knows by now'],
  EADDRNOTAVAIL: ['Local', 'the proxy has no source ports left'],
};

/** The addresses of this machine, including loopback. */
type Addresses = () => readonly { readonly family: string }[];
const ownAddresses: Addresses = () => Object.values(networkInterfaces()).flatMap((all) => all ?? []);

/** The check result that an error of a socket stands for. */
export const socketFailure = (
  error: NodeJS.ErrnoException & { readonly address?: string },
  own: Addresses = ownAddresses,
): CheckResult => {
  // If IPv6 is disabled, the kernel returns the same error as if it had no free ports.
  const isWithoutIpv6 =
    error.code === 'EADDRNOTAVAIL' &&
    error.address?.includes(':') === true &&
    !own().some(({ family }) => family === 'IPv6');
  if (isWithoutIpv6) return failed('Unreachable', 'the proxy has no IPv6 address');
  const known = SYSTEM[error.code ?? ''];
  return known === undefined ? failed('Other', error.code ?? error.message) : failed(...known);
};

export const isSystemError = (error: NodeJS.ErrnoException): boolean =>
  Object.hasOwn(SYSTEM, error.code ?? '');

export const CLOSED = failed('Closed', 'connection closed before an answer');
