import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';
import { SOCKET_ADDRESS_BYTES } from './socket-address.ts';
import { SYN_FILTER } from './syn-filter.ts';
import {
  EPOLL_TOKEN_BYTES,
  IPPROTO_TCP,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  type Sys,
  TCP_INFO_BYTES,
} from './sys.ts';

const MSG_PEEK = 0x2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_MORE = 0x8000;
const SO_ERROR = 4;
const SO_MEMINFO = 55;
const MEMINFO_BYTES = 36;
const MEMINFO_DROPS = 32; // SK_MEMINFO_DROPS, the last of nine integers
const SO_TCP_INFO = 11;
const SO_LINGER = 13;
const SO_ATTACH_FILTER = 26;
const EPOLL_CLOEXEC = 0o2000000;
const EFD_FLAGS = 0o2000000 | 0o4000; // EFD_CLOEXEC | EFD_NONBLOCK
const ACCEPT_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;

const symbols = () => {
  const libc = koffi.load(null);
  return {
    socket: libc.func('socket', 'int', ['int', 'int', 'int']),
    bind: libc.func('bind', 'int', ['int', 'uintptr_t', 'uint']),
    listen: libc.func('listen', 'int', ['int', 'int']),
    accept4: libc.func('accept4', 'int', ['int', 'uintptr_t', 'uintptr_t', 'int']),
    connect: libc.func('connect', 'int', ['int', 'uintptr_t', 'uint']),
    getsockname: libc.func('getsockname', 'int', ['int', 'uintptr_t', 'uintptr_t']),
    recv: libc.func('recv', 'long', ['int', 'uintptr_t', 'ulong', 'int']),
    send: libc.func('send', 'long', ['int', 'uintptr_t', 'ulong', 'int']),
    recvmmsg: libc.func('recvmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int', 'uintptr_t']),
    sendmmsg: libc.func('sendmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int']),
    shutdown: libc.func('shutdown', 'int', ['int', 'int']),
    close: libc.func('close', 'int', ['int']),
    setsockopt: libc.func('setsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uint']),
    getsockopt: libc.func('getsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uintptr_t']),
    epoll_create1: libc.func('epoll_create1', 'int', ['int']),
    epoll_ctl: libc.func('epoll_ctl', 'int', ['int', 'int', 'int', 'uintptr_t']),
    epoll_wait: libc.func('epoll_wait', 'int', ['int', 'uintptr_t', 'int', 'int']),
    eventfd: libc.func('eventfd', 'int', ['uint', 'int']),
    read: libc.func('read', 'long', ['int', 'uintptr_t', 'ulong']),
    write: libc.func('write', 'long', ['int', 'uintptr_t', 'ulong']),
  };
};

/** The real system calls. Call it once in each thread: the scratch memory must not be shared. */
export const libc = (): Sys => {
  const c = symbols();
  const errno = koffi.errno;
  const outcome = (result: number): number => (result < 0 ? -errno() : result);
  // Scratch memory: an epoll_event at offset 0, an option's value at 16, the length of an option or an
  // address at 24, a linger at 32, an eventfd's counter at 40, and a socket's use of memory at 64.
  const scratch = pinnedMemory(128);
  const { view, address } = scratch;
  const filter = pinnedMemory(128);
  filter.bytes.set(SYN_FILTER.program, 16);
  filter.view.setUint16(0, SYN_FILTER.instructions, true); // struct sock_fprog { len, filter }
  filter.view.setBigUint64(8, BigInt(filter.address + 16), true);
  view.setInt32(32, 1, true); // struct linger { l_onoff = 1, l_linger = 0 }
  view.setBigUint64(40, 1n, true);
  return {
    socket: (family, type, protocol) => outcome(c.socket(family, type, protocol)),
    bind: (fd, at, length) => outcome(c.bind(fd, at, length)),
    listen: (fd, backlog) => outcome(c.listen(fd, backlog)),
    accept: (fd, at) => {
      view.setInt32(24, SOCKET_ADDRESS_BYTES, true);
      return outcome(c.accept4(fd, at, address + 24, ACCEPT_FLAGS));
    },
    connect: (fd, at, length) => outcome(c.connect(fd, at, length)),
    ownAddress: (fd, at) => {
      view.setInt32(24, SOCKET_ADDRESS_BYTES, true);
      return outcome(c.getsockname(fd, at, address + 24));
    },
    recv: (fd, at, length) => outcome(c.recv(fd, at, length, 0)),
    peek: (fd, at, length) => outcome(c.recv(fd, at, length, MSG_PEEK)),
    send: (fd, at, length, endFollows) =>
      outcome(c.send(fd, at, length, endFollows ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL)),
    receiveMessages: (fd, messages, count) => outcome(c.recvmmsg(fd, messages, count, MSG_DONTWAIT, 0)),
    sendMessages: (fd, messages, count) =>
      outcome(c.sendmmsg(fd, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL)),
    shutdown: (fd, how) => outcome(c.shutdown(fd, how)),
    close: (fd) => outcome(c.close(fd)),
    setOption: (fd, level, option, value) => {
      view.setInt32(16, value, true);
      return outcome(c.setsockopt(fd, level, option, address + 16, 4));
    },
    socketError: (fd) => {
      view.setInt32(24, 4, true);
      const result = outcome(c.getsockopt(fd, SOL_SOCKET, SO_ERROR, address + 16, address + 24));
      return result < 0 ? result : view.getInt32(16, true);
    },
    queueDrops: (fd) => {
      view.setInt32(24, MEMINFO_BYTES, true);
      const result = outcome(c.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, address + 64, address + 24));
      return result < 0 ? result : view.getUint32(64 + MEMINFO_DROPS, true);
    },
    tcpInfo: (fd, into) => {
      view.setInt32(24, TCP_INFO_BYTES, true);
      return outcome(c.getsockopt(fd, IPPROTO_TCP, SO_TCP_INFO, into.address, address + 24));
    },
    resetOnClose: (fd) => outcome(c.setsockopt(fd, SOL_SOCKET, SO_LINGER, address + 32, 8)),
    dropSyns: (fd) => outcome(c.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter.address, 16)),
    epollCreate: () => outcome(c.epoll_create1(EPOLL_CLOEXEC)),
    epollControl: (epoll, operation, fd, events, token) => {
      view.setUint32(0, events, true);
      view.setInt32(EPOLL_TOKEN_BYTES, token, true);
      return outcome(c.epoll_ctl(epoll, operation, fd, address));
    },
    epollWait: (epoll, at, max, timeoutMs) => outcome(c.epoll_wait(epoll, at, max, timeoutMs)),
    eventfd: () => outcome(c.eventfd(0, EFD_FLAGS)),
    signal: (fd) => outcome(c.write(fd, address + 40, 8)),
    consume: (fd) => outcome(c.read(fd, address + 48, 8)),
  };
};
