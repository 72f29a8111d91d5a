import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../proxy/sys/socket-address.ts';
import {
  EPOLL_CTL_ADD,
  EPOLL_EVENT_BYTES,
  EPOLL_TOKEN_BYTES,
  EPOLLIN,
  IPPROTO_UDP,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  UDP_GRO,
} from '../../../proxy/sys/sys.ts';
import { MessageBatch } from '../load/message-batch.ts';

// Program: endpoints of UDP in one thread. Arguments: the address, whether they Answer datagrams as they came
// or only Count them, the port at which anyone can ask for the counts, and the ports of the endpoints.
const [host = '', mode, ...ports] = process.argv.slice(2);

const MESSAGES = 64;
const MOST_EVENTS = 16;
/** The kernel silently caps both at net.core.rmem_max and wmem_max. */
const QUEUE_BYTES = 4 << 20;
const COUNTS = 0;

const sys = libc();
const epoll = sys.epollCreate();

const open = (port: number, token: number): number => {
  const at = pinnedMemory(SOCKET_ADDRESS_BYTES);
  const length = writeSocketAddress(at.view, 0, host, port);
  const family = at.view.getUint16(0, true);
  const fd = sys.socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sys.setOption(fd, SOL_SOCKET, SO_RCVBUF, QUEUE_BYTES);
  sys.setOption(fd, SOL_SOCKET, SO_SNDBUF, QUEUE_BYTES);
  if (token !== COUNTS) sys.setOption(fd, IPPROTO_UDP, UDP_GRO, 1);
  const bound = sys.bind(fd, at.address, length);
  if (bound < 0) throw new Error(`cannot bind UDP port ${port} of ${host}: errno ${-bound}`);
  sys.epollControl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, token);
  return fd;
};

const sockets = ports.map((port, token) => open(Number(port), token));
const batch = new MessageBatch(MESSAGES);
const events = pinnedMemory(MOST_EVENTS * EPOLL_EVENT_BYTES);
let bytes = 0;
let datagrams = 0;

const take = (fd: number): void => {
  const count = batch.receive(sys, fd);
  for (let i = 0; i < count; i++) {
    const length = batch.lengthOf(i);
    bytes += length;
    datagrams += Math.max(1, Math.ceil(length / batch.unitOf(i)));
  }
  if (count > 0 && mode === 'Answer') batch.sendBack(sys, fd, count);
};

/** Answers with both counts in place of the question, which has the same length. */
const tell = (fd: number): void => {
  const count = batch.receive(sys, fd);
  for (let i = 0; i < count; i++) {
    batch.view.setFloat64(batch.dataOf(i), bytes, true);
    batch.view.setFloat64(batch.dataOf(i) + 8, datagrams, true);
  }
  if (count > 0) batch.sendBack(sys, fd, count);
};

for (;;) {
  const count = sys.epollWait(epoll, events.address, MOST_EVENTS, -1);
  for (let i = 0; i < count; i++) {
    const token = events.view.getInt32(i * EPOLL_EVENT_BYTES + EPOLL_TOKEN_BYTES, true);
    if (token === COUNTS) tell(sockets[token] as number);
    else take(sockets[token] as number);
  }
}
