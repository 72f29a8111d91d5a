import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { type DatagramProtocol, type NoSocket, openDatagramSocket } from '../../sys/datagram-socket.ts';
import { pinnedMemory } from '../../sys/memory.ts';
import type { Sys } from '../../sys/sys.ts';
import { socketFailure } from './failures.ts';
import { type CheckResult, failed } from './result.ts';
import type { OpenCheck, StartCheck } from './run-check.ts';

/** A check that sends one datagram and judges the answers. */
export interface DatagramCheck {
  readonly protocol: DatagramProtocol;
  readonly address: string;
  readonly port: number;
  readonly payload: Buffer;
  /** The result that an answer means; undefined if it is not an answer to this check. */
  readonly resultOf: (answer: Buffer) => CheckResult | undefined;
  /** The result if no answer has come by the timeout; a failure if omitted. */
  readonly silence?: CheckResult;
  /** The failure that a missing socket means, if it is not the usual one. */
  readonly failureOf?: (problem: NoSocket) => CheckResult | undefined;
}

/**
 * Makes such a check. Only answers from the address itself count, and the port that they go to is new with
 * each check. The descriptor is opened here and given to Node, which waits for it in its event loop: Node
 * itself opens no sockets for ICMP, and none that receive every ICMP error.
 */
export const datagramCheck =
  (sys: Sys, { protocol, address, port, payload, resultOf, silence, failureOf }: DatagramCheck): StartCheck =>
  (end) => {
    const errorOf = (errno: number): CheckResult => failureOfCode(codeOf(errno), address);
    const fd = openDatagramSocket(sys, protocol, address, port);
    if (typeof fd !== 'number') {
      end(failureOf?.(fd) ?? errorOf(fd.errno));
      return NOTHING_OPEN;
    }
    const sent = send(sys, fd, payload);
    if (sent < 0) {
      sys.close(fd);
      end(errorOf(sent));
      return NOTHING_OPEN;
    }
    let bytesRead = 0;
    const socket = dgram.createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => end(failureOfCode(code, address)));
    socket.on('message', (answer) => {
      bytesRead += answer.length;
      const result = resultOf(answer);
      if (result !== undefined) end(result);
    });
    socket.bind({ fd, exclusive: true });
    return {
      bytesRead: () => bytesRead,
      result: () => silence,
      close: () => void socket.close(),
    };
  };

const NOTHING_OPEN: OpenCheck = { bytesRead: () => 0, close: () => {} };

const failureOfCode = (code: string, address: string): CheckResult =>
  code === 'ECONNREFUSED'
    ? failed('Refused', 'port unreachable: no process listens on it')
    : socketFailure(Object.assign(new Error(code), { code, address }));

const send = (sys: Sys, fd: number, payload: Buffer): number => {
  const { bytes, address } = pinnedMemory(Math.max(1, payload.length));
  bytes.set(payload);
  return sys.send(fd, address, payload.length, false);
};

/** For a socket without a port of its own, EAGAIN means that none is free. */
const codeOf = (errno: number): string => {
  const code = getSystemErrorName(errno);
  return code === 'EAGAIN' ? 'EADDRNOTAVAIL' : code;
};
