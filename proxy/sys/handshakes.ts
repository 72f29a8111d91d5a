import { pinnedMemory } from './memory.ts';
import { EINTR, IPPROTO_TCP, SOCK_CLOEXEC, type Sys } from './sys.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const REQUEST_DUMP = 0x301; // NLM_F_REQUEST | NLM_F_DUMP
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER_BYTES = 16; // struct nlmsghdr
const REQUEST_BYTES = HEADER_BYTES + 56; // struct inet_diag_req_v2
const SYN_RECV = 1 << 3;
const ANSWER_OFFSET = 128;
const ANSWER_BYTES = 32_768;

/**
 * Counts the handshakes in progress at a local port of this network namespace: the SYN was answered, and the
 * last packet has not arrived. The kernel filters by port and state (sock_diag), which requires no privilege.
 * Returns a negative errno if the kernel does not answer, such as in a sandbox.
 */
export const countHandshakes = (sys: Sys): ((family: number, port: number) => number) => {
  const { view, address } = pinnedMemory(ANSWER_OFFSET + ANSWER_BYTES);
  view.setUint32(0, REQUEST_BYTES, true);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(6, REQUEST_DUMP, true);
  view.setUint8(HEADER_BYTES + 1, IPPROTO_TCP);
  view.setUint32(HEADER_BYTES + 4, SYN_RECV, true);

  const readAnswer = (socket: number): number => {
    let count = 0;
    for (;;) {
      const length = sys.recv(socket, address + ANSWER_OFFSET, ANSWER_BYTES);
      if (length === -EINTR) continue;
      if (length <= 0) return length;
      for (let at = ANSWER_OFFSET; at + HEADER_BYTES <= ANSWER_OFFSET + length; ) {
        const bytes = view.getUint32(at, true);
        const type = view.getUint16(at + 4, true);
        if (type === NLMSG_DONE) return count;
        if (type === NLMSG_ERROR) return view.getInt32(at + HEADER_BYTES, true);
        if (type === SOCK_DIAG_BY_FAMILY) count++;
        at += Math.max(HEADER_BYTES, (bytes + 3) & ~3);
      }
    }
  };

  return (family, port) => {
    const socket = sys.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (socket < 0) return socket;
    view.setUint8(HEADER_BYTES, family);
    view.setUint16(HEADER_BYTES + 8, port, false);
    const sent = sys.send(socket, address, REQUEST_BYTES, false);
    const count = sent < 0 ? sent : readAnswer(socket);
    sys.close(socket);
    return count;
  };
};
