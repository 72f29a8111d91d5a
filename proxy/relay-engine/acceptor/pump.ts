import { EAGAIN, EINTR, EPIPE } from '../../sys/sys.ts';
import { abort, noteLoss } from './abort.ts';
import { BUFFER_BYTES } from './buffer-pool.ts';
import {
  BROKEN,
  CLIENT,
  ENDED,
  ENDING,
  ENDPOINT,
  QUEUED,
  READ_ON,
  READABLE,
  SHUT,
  type Side,
} from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeConnection, resetBoth } from './ending.ts';
import { startHalfClosedTimeout } from './half-close.ts';
import { linger } from './linger.ts';
import { dropPending, keepPending } from './pending.ts';
import { sendTo } from './send-to.ts';
import { noteTraffic } from './traffic.ts';
import { watchWritable } from './watch-sides.ts';

/**
 * Lets a side be read when those that wait already have had their turns. However often this is called, the
 * side gets one turn.
 */
export const readLater = ({ connections, ready }: Acceptor, sideIndex: number): void => {
  const flags = connections.flags[sideIndex] as number;
  if ((flags & QUEUED) !== 0) return;
  connections.flags[sideIndex] = flags | QUEUED;
  ready.push(sideIndex);
};

/** `from` has ended its stream, and all it sent before has been passed on. */
const onEndOfStream = (acceptor: Acceptor, connection: number, from: Side): void => {
  const { connections } = acceptor;
  const { flags, fd } = connections;
  const source = connection * 2 + from;
  const sink = connection * 2 + 1 - from;
  // What this side did not take is lost, so the other must not believe in a clean end. But an endpoint that
  // closed in order before that had given its whole answer.
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
  startHalfClosedTimeout(acceptor, connection);
  // If that fails, the peer has gone already, and would be waited for without end.
  if (connections.transportOf(sink).shutdown(acceptor, sink) < 0)
    onSendError(acceptor, connection, (1 - from) as Side, acceptor.sys.socketError(fd[sink] as number));
};

/**
 * Sending to `to` has failed with `errno`. What it may have sent before is read first. An endpoint that had
 * ended its stream has given its answer, which may still be on its way to the client: then what the client
 * goes on sending is read and thrown away, for a while.
 */
const onSendError = (acceptor: Acceptor, connection: number, to: Side, errno: number): void => {
  const { flags } = acceptor.connections;
  const sideIndex = connection * 2 + to;
  noteLoss(acceptor, sideIndex, errno);
  const hadEnded = ((flags[sideIndex] as number) & ENDED) !== 0;
  if (hadEnded && to === CLIENT) {
    abort(acceptor, connection, to);
    return;
  }
  flags[sideIndex] = (flags[sideIndex] as number) | BROKEN;
  linger(acceptor, connection);
  // With this error the kernel says that a reset came behind an end of stream, which may still have to be
  // read.
  const closedFirst = to === ENDPOINT && errno === EPIPE;
  if (hadEnded || closedFirst) readLater(acceptor, connection * 2 + CLIENT);
  if (hadEnded) return;
  flags[sideIndex] = (flags[sideIndex] as number) | READABLE | READ_ON | (closedFirst ? ENDING : 0);
  pump(acceptor, connection, to, 1);
};

/** Receiving from `from` gave no bytes, but `result`: the end of its stream (0), or a negative errno. */
const onNothingReceived = (acceptor: Acceptor, connection: number, from: Side, result: number): void => {
  const { flags } = acceptor.connections;
  const source = connection * 2 + from;
  if (result === 0) onEndOfStream(acceptor, connection, from);
  else if (result !== -EAGAIN) {
    noteLoss(acceptor, source, -result);
    abort(acceptor, connection, from);
  } else if (((flags[source] as number) & BROKEN) !== 0) {
    // If sending failed for want of memory the peer may live on, but nothing more would come of it.
    abort(acceptor, connection, from);
  } else flags[source] = (flags[source] as number) & ~READABLE;
};

/**
 * Of the `length` bytes in the scratch buffer, sending to `to` took `result`, or failed with that negative
 * errno.
 */
const onPartlySent = (
  acceptor: Acceptor,
  connection: number,
  to: Side,
  result: number,
  length: number,
): void => {
  if (result < 0 && result !== -EAGAIN) {
    onSendError(acceptor, connection, to, -result);
    return;
  }
  const sink = connection * 2 + to;
  if (!watchWritable(acceptor, sink)) {
    resetBoth(acceptor, connection, 'NoDescriptors');
    return;
  }
  const taken = Math.max(0, result);
  // Nothing more is read for this side until it has taken the rest.
  keepPending(acceptor, sink, taken, length - taken);
};

/**
 * Reads from `from` at most `most` times and sends to the other side. If there may be more to read and the
 * other side takes it, the side is queued for another turn.
 */
export const pump = (acceptor: Acceptor, connection: number, from: Side, most: number): void => {
  const { connections, scratch } = acceptor;
  const { flags } = connections;
  const source = connection * 2 + from;
  const sink = connection * 2 + 1 - from;
  if (((flags[source] as number) & ENDED) !== 0) return;
  if ((connections.pendingBuffer[sink] as number) >= 0) return;
  const transport = connections.transportOf(source);
  for (let reads = 0; reads < most; reads++) {
    acceptor.spent++;
    const read = transport.recv(acceptor, source, scratch.address, BUFFER_BYTES);
    if (read === -EINTR) continue;
    if (read <= 0) {
      onNothingReceived(acceptor, connection, from, read);
      return;
    }
    if (((flags[sink] as number) & BROKEN) !== 0) continue; // nobody is left to take it
    noteTraffic(acceptor, connection, from, read);
    // A short read emptied the queue: all that may have arrived behind it is the end of the stream.
    const isEmptied = read < BUFFER_BYTES && ((flags[source] as number) & READ_ON) === 0;
    const isLast = isEmptied && ((flags[source] as number) & ENDING) !== 0;
    const sent = sendTo(acceptor, sink, scratch.address, read, isLast);
    if (sent < read) {
      onPartlySent(acceptor, connection, (1 - from) as Side, sent, read);
      return;
    }
    if (isEmptied) {
      if (isLast) onEndOfStream(acceptor, connection, from);
      else flags[source] = (flags[source] as number) & ~READABLE;
      return;
    }
  }
  readLater(acceptor, source);
};

/** `to` is writable: sends what was kept for it. */
export const flush = (acceptor: Acceptor, connection: number, to: Side): void => {
  const { connections, buffers } = acceptor;
  const sink = connection * 2 + to;
  const buffer = connections.pendingBuffer[sink] as number;
  const start = connections.pendingStart[sink] as number;
  const length = connections.pendingLength[sink] as number;
  const sent = sendTo(acceptor, sink, buffers.memory(buffer).address + start, length, false);
  if (sent === -EAGAIN) return;
  if (sent < 0) {
    dropPending(acceptor, sink);
    onSendError(acceptor, connection, to, -sent);
    return;
  }
  connections.lastActive[connection] = acceptor.now;
  if (sent < length) {
    connections.pendingStart[sink] = start + sent;
    connections.pendingLength[sink] = length - sent;
  } else dropPending(acceptor, sink);
};
