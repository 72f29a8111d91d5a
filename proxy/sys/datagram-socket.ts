import { pinnedMemory } from './memory.ts';
import { isSameAddress, SOCKET_ADDRESS_BYTES, writeSocketAddress } from './socket-address.ts';
import { AF_INET6, ECONNREFUSED, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, type Sys } from './sys.ts';

const IPPROTO_IP = 0;
const IP_RECVERR = 11;
const IPPROTO_IPV6 = 41;
const IPV6_RECVERR = 25;

/** What a datagram socket speaks: a protocol number for each address family. */
export interface DatagramProtocol {
  readonly ipv4: number;
  readonly ipv6: number;
}

export const UDP: DatagramProtocol = { ipv4: 17, ipv6: 17 };
/** Echo requests and their replies only; allowed for the groups in net.ipv4.ping_group_range. */
export const ICMP: DatagramProtocol = { ipv4: 1, ipv6: 58 };

/** Why there is no socket: the negative errno of the call that failed. */
export interface NoSocket {
  readonly during: 'open' | 'connect';
  readonly errno: number;
}

/**
 * Opens a non-blocking datagram socket that exchanges datagrams with one address only. Every ICMP error that
 * concerns it becomes an error of the socket: without IP_RECVERR the kernel keeps most of them back, such as
 * that there is no route to the host. Returns the descriptor.
 */
export const openDatagramSocket = (
  sys: Sys,
  protocol: DatagramProtocol,
  address: string,
  port: number,
): number | NoSocket => {
  const { bytes, view, address: memory } = pinnedMemory(2 * SOCKET_ADDRESS_BYTES);
  const length = writeSocketAddress(view, 0, address, port);
  const family = view.getUint16(0, true);
  const isIpv6 = family === AF_INET6;
  const fd = sys.socket(
    family,
    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
    isIpv6 ? protocol.ipv6 : protocol.ipv4,
  );
  if (fd < 0) return { during: 'open', errno: fd };
  sys.setOption(fd, isIpv6 ? IPPROTO_IPV6 : IPPROTO_IP, isIpv6 ? IPV6_RECVERR : IP_RECVERR, 1);
  const connected = sys.connect(fd, memory, length);
  if (connected < 0) {
    sys.close(fd);
    return { during: 'connect', errno: connected };
  }
  // If no process has the port, the kernel may choose it as the source port of a socket to this very machine,
  // which then receives what it sends itself.
  const isItsOwnPeer =
    port !== 0 &&
    sys.ownAddress(fd, memory + SOCKET_ADDRESS_BYTES) >= 0 &&
    isSameAddress(bytes, 0, bytes, SOCKET_ADDRESS_BYTES);
  if (!isItsOwnPeer) return fd;
  sys.close(fd);
  return { during: 'connect', errno: -ECONNREFUSED };
};
