import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../proxy/sys/socket-address.ts';
import {
  EAGAIN,
  EPOLL_CTL_ADD,
  EPOLL_EVENT_BYTES,
  EPOLL_TOKEN_BYTES,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from '../../../proxy/sys/sys.ts';

// Program: an endpoint in one thread that reads every stream to its end (Sink), or sends as many bytes as it
// can (Source). Arguments: the address, the port, and which.
const [host = '', port, mode] = process.argv.slice(2);

const BUFFER_BYTES = 262_144;
const MOST_EVENTS = 64;
/** Calls on one connection before the others have their turn. */
const CALLS = 4;

const sys = libc();
const epoll = sys.epollCreate();
const buffer = pinnedMemory(BUFFER_BYTES);
const events = pinnedMemory(MOST_EVENTS * EPOLL_EVENT_BYTES);
const ready = new Set<number>();

const at = pinnedMemory(SOCKET_ADDRESS_BYTES);
const length = writeSocketAddress(at.view, 0, host, Number(port));
const listener = sys.socket(at.view.getUint16(0, true), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
const bound = sys.bind(listener, at.address, length);
if (bound < 0) throw new Error(`cannot bind port ${port} of ${host}: errno ${-bound}`);
sys.listen(listener, 65_535);
sys.epollControl(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, listener);

const accept = (): void => {
  for (let fd = sys.accept(listener, at.address); fd >= 0; fd = sys.accept(listener, at.address))
    sys.epollControl(epoll, EPOLL_CTL_ADD, fd, (EPOLLIN | EPOLLOUT | EPOLLET) >>> 0, fd);
};

/** Whether the connection may go on without an event. */
const turn = (fd: number): boolean => {
  for (let call = 0; call < CALLS; call++) {
    const done =
      mode === 'Sink'
        ? sys.recv(fd, buffer.address, BUFFER_BYTES)
        : sys.send(fd, buffer.address, BUFFER_BYTES, false);
    if (done === -EAGAIN) return false;
    if (done <= 0) {
      sys.close(fd);
      return false;
    }
  }
  return true;
};

for (;;) {
  const count = sys.epollWait(epoll, events.address, MOST_EVENTS, ready.size > 0 ? 0 : -1);
  for (let i = 0; i < count; i++) {
    const fd = events.view.getInt32(i * EPOLL_EVENT_BYTES + EPOLL_TOKEN_BYTES, true);
    if (fd === listener) accept();
    else ready.add(fd);
  }
  for (const fd of [...ready]) if (!turn(fd)) ready.delete(fd);
}
