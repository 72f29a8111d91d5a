import { SHUT_WR } from '../../sys/sys.ts';
import type { Acceptor } from './context.ts';

/**
 * How the bytes of one side travel: what is called to receive, to send and to end the stream. A side gets its
 * transport once, the client's from its listener and the endpoint's from its backend, so that relaying asks
 * no questions per read. Calls return what the system call would, or a negative errno; -EAGAIN means that an
 * event of the socket (watch-sides.ts) will say when to call again.
 */
export interface Transport {
  /**
   * Flags that a side begins with. READ_ON where a read that does not fill the buffer is no sign that nothing
   * is left to receive.
   */
  readonly flags: number;
  /** Receives up to `length` bytes; 0 is the end of the stream. */
  readonly recv: (acceptor: Acceptor, sideIndex: number, address: number, length: number) => number;
  /** Sends up to `length` bytes. With `endFollows` the stream ends right behind them, by `shutdown`. */
  readonly send: (
    acceptor: Acceptor,
    sideIndex: number,
    address: number,
    length: number,
    endFollows: boolean,
  ) => number;
  /** Ends the stream to this side; the stream from it goes on. */
  readonly shutdown: (acceptor: Acceptor, sideIndex: number) => number;
}

/** Bytes as they are, over TCP. */
export const PLAIN: Transport = {
  flags: 0,
  recv: ({ sys, connections }, sideIndex, address, length) =>
    sys.recv(connections.fd[sideIndex] as number, address, length),
  send: ({ sys, connections }, sideIndex, address, length, endFollows) =>
    sys.send(connections.fd[sideIndex] as number, address, length, endFollows),
  shutdown: ({ sys, connections }, sideIndex) => sys.shutdown(connections.fd[sideIndex] as number, SHUT_WR),
};
