import {
  EAGAIN,
  ECONNRESET,
  ENOMEM,
  EPIPE,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  SHUT_WR,
} from '../../sys/sys.ts';
import { TLS_FAILED, TRUNCATED, WANTS_WRITE } from '../../sys/tls.ts';
import { READ_ON, READABLE, RESET, SHUT } from './connections.ts';
import type { Acceptor } from './context.ts';
import type { Transport } from './transport.ts';
import { watchWritable } from './watch-sides.ts';

/** Bytes of the largest record: a read that returns them may not have emptied what has come. */
const RECORD_BYTES = 16_384;

/** Notes of a side with TLS (`tlsNotes`). What goes on once the socket is writable, or readable: */
const READ_ONCE_WRITABLE = 1;
const END_ONCE_WRITABLE = 2;
const WRITE_ONCE_READABLE = 4;
/** How its stream ended: without an announcement, or with an alert or bytes that are no TLS. */
export const CUT_OFF = 8;
export const VIOLATED = 16;
/** Its peer has been told so. */
export const ALERTED = 32;

const note = ({ connections }: Acceptor, sideIndex: number, bit: number): void => {
  connections.tlsNotes[sideIndex] = (connections.tlsNotes[sideIndex] as number) | bit;
};

/** Waits until the socket is writable, to go on with what `bit` says; returns `result`, or a failure. */
const onceWritable = (acceptor: Acceptor, sideIndex: number, bit: number, result: number): number => {
  note(acceptor, sideIndex, bit);
  return watchWritable(acceptor, sideIndex) ? result : -ENOMEM;
};

/**
 * The peer's stream ended without an announcement. If it has got the end of ours, it had no reason to wait
 * for more, and many programs do not announce anything then: that is an end like any other. But nobody knows
 * whether it had sent all, so the other side is not to believe that it did: it is reset.
 */
const onCutOff = (acceptor: Acceptor, sideIndex: number): number => {
  const { connections, sys } = acceptor;
  const { flags, fd } = connections;
  if (((flags[sideIndex] as number) & SHUT) === 0) {
    note(acceptor, sideIndex, CUT_OFF);
    return -ECONNRESET;
  }
  const other = sideIndex ^ 1;
  if (sys.resetOnClose(fd[other] as number) >= 0) flags[other] = (flags[other] as number) | RESET;
  return 0;
};

/** What a read that gave no bytes is to the relay. */
const nothingRead = (acceptor: Acceptor, sideIndex: number, result: number): number => {
  switch (result) {
    case -WANTS_WRITE:
      return onceWritable(acceptor, sideIndex, READ_ONCE_WRITABLE, -EAGAIN);
    case -TRUNCATED:
      return onCutOff(acceptor, sideIndex);
    case -TLS_FAILED:
      note(acceptor, sideIndex, VIOLATED);
      if (acceptor.tls().hasAlerted(acceptor.connections.tls[sideIndex] as number))
        note(acceptor, sideIndex, ALERTED);
      return -ECONNRESET;
    default:
      return result;
  }
};

/**
 * TLS on the socket of a side, after its handshake. What OpenSSL has read ahead causes no event of the
 * kernel, so a side is read on until that says that nothing is left (READ_ON).
 */
export const TLS: Transport = {
  flags: READ_ON,

  recv(acceptor, sideIndex, address, length) {
    const { connections } = acceptor;
    const tls = acceptor.tls();
    const connection = connections.tls[sideIndex] as number;
    let taken = 0;
    for (;;) {
      const read = tls.read(connection, address + taken, length - taken);
      if (read <= 0) return taken > 0 ? taken : nothingRead(acceptor, sideIndex, read);
      taken += read;
      if (read < RECORD_BYTES || taken === length) return taken;
    }
  },

  send(acceptor, sideIndex, address, length) {
    const { connections } = acceptor;
    const tls = acceptor.tls();
    const connection = connections.tls[sideIndex] as number;
    for (let sent = 0; ; ) {
      const written = tls.write(connection, address + sent, length - sent);
      if (written > 0) {
        sent += written;
        if (sent === length) return sent;
        continue;
      }
      if (written === -EAGAIN) note(acceptor, sideIndex, WRITE_ONCE_READABLE);
      if (written === -EAGAIN || written === -WANTS_WRITE) return sent > 0 ? sent : -EAGAIN;
      // What was sent before does not matter any more, and no event may come for the failure.
      return written === -TLS_FAILED || written === -TRUNCATED ? -EPIPE : written;
    }
  },

  shutdown(acceptor, sideIndex) {
    const { connections, sys } = acceptor;
    const ended = acceptor.tls().end(connections.tls[sideIndex] as number);
    if (ended === -WANTS_WRITE) return onceWritable(acceptor, sideIndex, END_ONCE_WRITABLE, 0);
    if (ended < 0) return -EPIPE;
    return sys.shutdown(connections.fd[sideIndex] as number, SHUT_WR);
  },
};

/**
 * An event of a side with TLS may be what something else waits for than the event says: goes on with it.
 * Returns the events that it amounts to.
 */
export const resumeTls = (acceptor: Acceptor, sideIndex: number, events: number): number => {
  const { flags, tlsNotes } = acceptor.connections;
  const notes = tlsNotes[sideIndex] as number;
  if ((notes & (READ_ONCE_WRITABLE | END_ONCE_WRITABLE | WRITE_ONCE_READABLE)) === 0) return events;
  const isWritable = (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) !== 0;
  if (isWritable) {
    tlsNotes[sideIndex] = notes & ~(READ_ONCE_WRITABLE | END_ONCE_WRITABLE);
    if ((notes & READ_ONCE_WRITABLE) !== 0) flags[sideIndex] = (flags[sideIndex] as number) | READABLE;
    // If it fails the peer has gone, which the kernel reports as well.
    if ((notes & END_ONCE_WRITABLE) !== 0) TLS.shutdown(acceptor, sideIndex);
  }
  if ((notes & WRITE_ONCE_READABLE) === 0 || (events & EPOLLIN) === 0) return events;
  tlsNotes[sideIndex] = (tlsNotes[sideIndex] as number) & ~WRITE_ONCE_READABLE;
  return events | EPOLLOUT;
};

/** Tells the peer of a side with TLS that the stream ends, as far as the socket takes that at once. */
export const announceEnd = (acceptor: Acceptor, sideIndex: number): void => {
  const { flags, tls, tlsNotes } = acceptor.connections;
  const connection = tls[sideIndex] as number;
  const isOver = ((flags[sideIndex] as number) & (SHUT | RESET)) !== 0;
  if (connection !== 0 && !isOver && tlsNotes[sideIndex] === 0) acceptor.tls().end(connection);
};

/** Frees what TLS has of a side, if it has anything, before its socket is closed. */
export const freeTls = (acceptor: Acceptor, sideIndex: number): void => {
  const { tls, tlsNotes } = acceptor.connections;
  const connection = tls[sideIndex] as number;
  if (connection === 0) return;
  tls[sideIndex] = 0;
  tlsNotes[sideIndex] = 0;
  acceptor.tls().free(connection);
};
