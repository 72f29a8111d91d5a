import { openDatagramSocket, UDP } from '../../../proxy/sys/datagram-socket.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { EPOLL_CTL_ADD, EPOLL_EVENT_BYTES, EPOLLIN } from '../../../proxy/sys/sys.ts';

const QUESTION_BYTES = 16;
const ANSWER_MS = 1_000;
const TRIES = 5;

/** Asks the endpoints (endpoints/datagram-server.ts) what has arrived so far at all of them. */
export const askCounts = (at: {
  readonly address: string;
  readonly port: number;
}): { readonly bytes: number; readonly datagrams: number } => {
  const sys = libc();
  const { view, address } = pinnedMemory(QUESTION_BYTES);
  const event = pinnedMemory(EPOLL_EVENT_BYTES);
  const fd = openDatagramSocket(sys, UDP, at.address, at.port);
  if (typeof fd !== 'number') throw new Error(`no socket to ask for the counts: errno ${-fd.errno}`);
  const epoll = sys.epollCreate();
  try {
    sys.epollControl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0);
    for (let i = 0; i < TRIES; i++) {
      sys.send(fd, address, QUESTION_BYTES, false);
      if (sys.epollWait(epoll, event.address, 1, ANSWER_MS) < 1) continue;
      if (sys.recv(fd, address, QUESTION_BYTES) === QUESTION_BYTES)
        return { bytes: view.getFloat64(0, true), datagrams: view.getFloat64(8, true) };
    }
    throw new Error(`the endpoints did not tell what has arrived, though asked ${TRIES} times`);
  } finally {
    sys.close(epoll);
    sys.close(fd);
  }
};
