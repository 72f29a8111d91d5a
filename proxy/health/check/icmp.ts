import { randomFillSync } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { ICMP, type NoSocket } from '../../sys/datagram-socket.ts';
import { EACCES, EPERM, type Sys } from '../../sys/sys.ts';
import { datagramCheck } from './datagrams.ts';
import { type CheckResult, failed, OK } from './result.ts';
import type { StartCheck } from './run-check.ts';

/** Types of messages (RFC 792, RFC 4443). */
const ECHO_REQUEST = { ipv4: 8, ipv6: 128 };
const ECHO_REPLY = { ipv4: 0, ipv6: 129 };
/** Type, code, checksum, identifier, sequence number; the kernel fills in the checksum and the identifier. */
const HEADER_BYTES = 8;
const TOKEN_BYTES = 16;

const NO_PERMISSION = failed(
  'Local',
  'the proxy may not send ICMP: set the sysctl net.ipv4.ping_group_range to "0 2147483647", in a cluster in spec.tuning.sysctls or on the node, or choose another type of check',
);
const NO_SOCKET = failed(
  'Local',
  'the kernel offers no ICMP sockets to this process: choose another type of check',
);

/** Succeeds if the address answers an echo request. */
export const icmpCheck = (sys: Sys, address: string): StartCheck => {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const request = randomFillSync(Buffer.alloc(HEADER_BYTES + TOKEN_BYTES)).fill(0, 0, HEADER_BYTES);
  request[0] = ECHO_REQUEST[family];
  return datagramCheck(sys, {
    protocol: ICMP,
    address,
    port: 0,
    payload: request,
    resultOf: (answer) => (isReplyTo(request, answer) ? OK : undefined),
    failureOf,
  });
};

/** Whether a message is the reply to this very request: of its type, and with the same random bytes. */
export const isReplyTo = (request: Buffer, message: Buffer): boolean =>
  message[0] === (request[0] === ECHO_REQUEST.ipv6 ? ECHO_REPLY.ipv6 : ECHO_REPLY.ipv4) &&
  message.length === request.length &&
  message.subarray(HEADER_BYTES).equals(request.subarray(HEADER_BYTES));

/** Errors of the call that opens an ICMP socket say nothing about the endpoint. */
const failureOf = ({ during, errno }: NoSocket): CheckResult | undefined => {
  if (during !== 'open') return undefined;
  if (errno === -EACCES || errno === -EPERM) return NO_PERMISSION;
  return errno === -EPROTONOSUPPORT || errno === -ESOCKTNOSUPPORT ? NO_SOCKET : undefined;
};

const EPROTONOSUPPORT = 93;
const ESOCKTNOSUPPORT = 94;
