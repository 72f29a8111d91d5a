import {
  EAGAIN,
  EHOSTDOWN,
  EHOSTUNREACH,
  EINTR,
  ENETUNREACH,
  EPIPE,
  ETIMEDOUT,
  IPPROTO_TCP,
  SHUT_WR,
  TCP_NODELAY,
} from '../../sys/sys.ts';
import { BUFFER_BYTES } from './buffer-pool.ts';
import {
  ASKED,
  BROKEN,
  CLIENT,
  ENDED,
  ENDING,
  ENDPOINT,
  LARGE,
  LOST,
  PROMPT,
  QUEUED,
  READ_ON,
  READABLE,
  RELAYING,
  SENT,
  SHUT,
  type Side,
} from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeConnection, resetBoth } from './ending.ts';
import { linger } from './linger.ts';
import { watchWritable } from './watch-sides.ts';

/** Reads of one side that has much to move, before the next one has its turn. */
const READS_PER_SLICE = 4;
/** Reads of all of these together, before the kernel is asked what has come meanwhile: what has little to say waits for no more than this. */
const READS_PER_TURN = 8;

/** What the kernel says of a peer that answered neither its keepalive nor what was sent, or that no way leads to. */
const LOSSES: ReadonlySet<number> = new Set([ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN]);

/** Remembers of a side that failed with `errno` whether it was lost: the kernel says it once. */
export const noteLoss = ({ connections }: Acceptor, place: number, errno: number): void => {
  if (LOSSES.has(errno)) connections.flags[place] = (connections.flags[place] as number) | LOST;
};

/** The far side of `from` did reset, or broke: the other one gets a reset too. */
export const abort = (acceptor: Acceptor, connection: number, from: Side): void => {
  const isLost = ((acceptor.connections.flags[connection * 2 + from] as number) & LOST) !== 0;
  if (from === CLIENT) resetBoth(acceptor, connection, isLost ? 'ClientTimedOut' : 'ClientReset');
  else resetBoth(acceptor, connection, isLost ? 'EndpointTimedOut' : 'EndpointReset');
};

/** One side has ended: the other may be silent for as long as the listener allows from now on, unless the idle timeout is shorter. */
const beHalfClosed = ({ connections, timers, now }: Acceptor, connection: number): void => {
  const { idleTicks, halfClosedTicks, lastActive } = connections;
  const ticks = halfClosedTicks[connection] as number;
  if (ticks > (idleTicks[connection] as number)) return;
  idleTicks[connection] = ticks;
  lastActive[connection] = now;
  timers.set(connection, now + ticks);
};

/** `from` sent its end of stream and all before it has been passed on. */
const ended = (acceptor: Acceptor, connection: number, from: Side): void => {
  const { flags, fd } = acceptor.connections;
  const source = connection * 2 + from;
  const sink = connection * 2 + 1 - from;
  // What this side did not take is lost, so the other must not believe in a clean end. But an endpoint that closed in order first had given its answer.
  const closedFirst = from === ENDPOINT && ((flags[source] as number) & ENDING) !== 0;
  if (((flags[source] as number) & BROKEN) !== 0 && !closedFirst) {
    abort(acceptor, connection, from);
    return;
  }
  flags[source] = ((flags[source] as number) | ENDED) & ~READABLE;
  if (((flags[sink] as number) & ENDED) !== 0) {
    closeConnection(acceptor, connection, 'Finished');
    return;
  }
  flags[sink] = (flags[sink] as number) | SHUT;
  beHalfClosed(acceptor, connection);
  // It is gone already; an end of stream that is not sent would be waited for without end.
  if (acceptor.sys.shutdown(fd[sink] as number, SHUT_WR) < 0)
    broke(acceptor, connection, (1 - from) as Side, acceptor.sys.socketError(fd[sink] as number));
};

/**
 * Sends to a side of a connection. An endpoint's socket is told not to hold back small segments before the second send only: the
 * first one never waits for an acknowledgement, and most short connections have no second.
 */
const sendTo = (
  acceptor: Acceptor,
  place: number,
  address: number,
  length: number,
  endFollows: boolean,
): number => {
  const { connections, sys } = acceptor;
  const flags = connections.flags[place] as number;
  const fd = connections.fd[place] as number;
  if ((flags & PROMPT) === 0 && (place & 1) === ENDPOINT) {
    connections.flags[place] = flags | ((flags & SENT) === 0 ? SENT : PROMPT);
    if ((flags & SENT) !== 0) sys.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  }
  for (;;) {
    const sent = sys.send(fd, address, length, endFollows);
    if (sent !== -EINTR) return sent;
  }
};

/** What the side has to read is read when those that wait already have had their turns. However often it is asked for, it has one turn. */
const readLater = ({ connections, ready }: Acceptor, place: number): void => {
  const flags = connections.flags[place] as number;
  if ((flags & QUEUED) !== 0) return;
  connections.flags[place] = flags | QUEUED;
  ready.push(place);
};

/** Keeps what `sink` did not take; nothing more is read for it until it has. */
const keep = (acceptor: Acceptor, sink: number, start: number, length: number): void => {
  const { connections, buffers, scratch } = acceptor;
  if (!watchWritable(acceptor, sink)) {
    resetBoth(acceptor, sink >> 1, 'NoDescriptors');
    return;
  }
  const buffer = buffers.take();
  buffers.memory(buffer).bytes.set(scratch.bytes.subarray(start, start + length));
  connections.pendingBuffer[sink] = buffer;
  connections.pendingStart[sink] = 0;
  connections.pendingLength[sink] = length;
};

/**
 * Sending to `to` failed with `errno`. What it may have sent before it went is read first. An endpoint that had ended already has given
 * its answer, which may still be on its way to the client: what the client goes on sending is read and thrown away, for a while.
 */
const broke = (acceptor: Acceptor, connection: number, to: Side, errno: number): void => {
  const { flags } = acceptor.connections;
  const place = connection * 2 + to;
  noteLoss(acceptor, place, errno);
  const hadEnded = ((flags[place] as number) & ENDED) !== 0;
  if (hadEnded && to === CLIENT) {
    abort(acceptor, connection, to);
    return;
  }
  flags[place] = (flags[place] as number) | BROKEN;
  linger(acceptor, connection);
  // By this error the kernel says that a reset came behind an end of stream, which may be still to be read.
  const closedFirst = to === ENDPOINT && errno === EPIPE;
  if (hadEnded || closedFirst) readLater(acceptor, connection * 2 + CLIENT);
  if (hadEnded) return;
  flags[place] = (flags[place] as number) | READABLE | READ_ON | (closedFirst ? ENDING : 0);
  pump(acceptor, connection, to, 1);
};

/** Reads from `from` at most `most` times, and sends to the other side; queues it when there may be more to read, and the other side takes more. */
const pump = (acceptor: Acceptor, connection: number, from: Side, most: number): void => {
  const { connections, sys, scratch, counters } = acceptor;
  const { flags } = connections;
  const source = connection * 2 + from;
  const sink = connection * 2 + 1 - from;
  if (((flags[source] as number) & ENDED) !== 0) return;
  if ((connections.pendingBuffer[sink] as number) >= 0) return;
  const sourceFd = connections.fd[source] as number;
  const listenerSlot = connections.listenerSlot[connection] as number;
  const endpointSlot = connections.endpointSlot[connection] as number;
  for (let reads = 0; reads < most; reads++) {
    acceptor.spent++;
    const read = sys.recv(sourceFd, scratch.address, BUFFER_BYTES);
    if (read === 0) {
      ended(acceptor, connection, from);
      return;
    }
    if (read === -EAGAIN) {
      // Broken for want of memory it may live on: nothing more would come of it.
      if (((flags[source] as number) & BROKEN) !== 0) abort(acceptor, connection, from);
      else flags[source] = (flags[source] as number) & ~READABLE;
      return;
    }
    if (read === -EINTR) continue;
    if (read < 0) {
      noteLoss(acceptor, source, -read);
      abort(acceptor, connection, from);
      return;
    }
    if (((flags[sink] as number) & BROKEN) !== 0) continue; // nobody is left to take it
    connections.lastActive[connection] = acceptor.now;
    const bytes = from === CLIENT ? connections.received : connections.sent;
    bytes[connection] = (bytes[connection] as number) + read;
    if (from === CLIENT) {
      flags[source] = (flags[source] as number) | ASKED;
      counters.received(listenerSlot, endpointSlot, read);
    } else {
      flags[sink] = (flags[sink] as number) & ~ASKED;
      counters.sent(listenerSlot, endpointSlot, read);
    }
    if (read === BUFFER_BYTES) flags[source] = (flags[source] as number) | LARGE;
    else if (read < BUFFER_BYTES / 2) flags[source] = (flags[source] as number) & ~LARGE;
    // A short read emptied the queue: what had arrived behind it is the end of stream, if anything.
    const isEmptied = read < BUFFER_BYTES && ((flags[source] as number) & READ_ON) === 0;
    const isLast = isEmptied && ((flags[source] as number) & ENDING) !== 0;
    const sent = sendTo(acceptor, sink, scratch.address, read, isLast);
    if (sent < read) {
      if (sent < 0 && sent !== -EAGAIN) {
        broke(acceptor, connection, (1 - from) as Side, -sent);
        return;
      }
      const taken = Math.max(0, sent);
      keep(acceptor, sink, taken, read - taken);
      return;
    }
    if (isEmptied) {
      if (isLast) ended(acceptor, connection, from);
      else flags[source] = (flags[source] as number) & ~READABLE;
      return;
    }
  }
  readLater(acceptor, source);
};

/** Sends what was kept for `to`. */
const flush = (acceptor: Acceptor, connection: number, to: Side): void => {
  const { connections, buffers } = acceptor;
  const place = connection * 2 + to;
  const buffer = connections.pendingBuffer[place] as number;
  const start = connections.pendingStart[place] as number;
  const length = connections.pendingLength[place] as number;
  const sent = sendTo(acceptor, place, buffers.memory(buffer).address + start, length, false);
  if (sent === -EAGAIN) return;
  if (sent < 0) {
    buffers.give(buffer);
    connections.pendingBuffer[place] = -1;
    broke(acceptor, connection, to, -sent);
    return;
  }
  connections.lastActive[connection] = acceptor.now;
  if (sent < length) {
    connections.pendingStart[place] = start + sent;
    connections.pendingLength[place] = length - sent;
    return;
  }
  buffers.give(buffer);
  connections.pendingBuffer[place] = -1;
};

/**
 * A side of a relaying connection can be written to (`writable`) or read from, as its flags say. What has little to say is read at once; who
 * filled the buffer last time, or was held up by a slow side, waits for its turn.
 */
export const relay = (acceptor: Acceptor, connection: number, side: Side, writable: boolean): void => {
  const { flags, pendingBuffer, state } = acceptor.connections;
  const place = connection * 2 + side;
  const other = place ^ 1;
  if (writable && (pendingBuffer[place] as number) >= 0) {
    flush(acceptor, connection, side);
    if (state[connection] !== RELAYING) return;
    if (((flags[other] as number) & READABLE) !== 0) readLater(acceptor, other);
  }
  // Nothing is read for a side that has not taken yet what was read before.
  if (((flags[place] as number) & READABLE) === 0 || (pendingBuffer[other] as number) >= 0) return;
  if (((flags[place] as number) & LARGE) !== 0) readLater(acceptor, place);
  else pump(acceptor, connection, side, 1);
};

/** Both sides are connected: passes on what arrived meanwhile. */
export const beginRelay = (acceptor: Acceptor, connection: number): void => {
  relay(acceptor, connection, CLIENT, false);
  if (acceptor.connections.state[connection] === RELAYING) relay(acceptor, connection, ENDPOINT, false);
};

/**
 * Those that have much to move, one after the other, until they have spent what one turn allows: then the kernel is asked what has come meanwhile, so
 * that what has little to say waits for a few reads, however many streams there are beside it. Their own order stays from turn to turn.
 */
export const relayReady = (acceptor: Acceptor): void => {
  const { connections, ready } = acceptor;
  const { flags, state } = connections;
  acceptor.spent = 0;
  while (acceptor.spent < READS_PER_TURN && ready.length > 0) {
    const place = ready.shift();
    const connection = place >> 1;
    const from = (place & 1) as Side;
    // Its connection has ended, and the number may be another's since.
    if (((flags[place] as number) & QUEUED) === 0) continue;
    flags[place] = (flags[place] as number) & ~QUEUED;
    if (state[connection] === RELAYING && ((flags[place] as number) & READABLE) !== 0)
      pump(acceptor, connection, from, READS_PER_SLICE);
  }
};
