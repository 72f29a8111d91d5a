import type { Acceptor } from './context.ts';

/**
 * Keeps the `length` bytes at `start` of the scratch buffer, which a side did not take, until it is writable.
 */
export const keepPending = (acceptor: Acceptor, sideIndex: number, start: number, length: number): void => {
  const { connections, buffers, scratch } = acceptor;
  const buffer = buffers.take();
  buffers.memory(buffer).bytes.set(scratch.bytes.subarray(start, start + length));
  connections.pendingBuffer[sideIndex] = buffer;
  connections.pendingStart[sideIndex] = 0;
  connections.pendingLength[sideIndex] = length;
};

/** Gives back the buffer of what was kept for a side, if there is one. */
export const dropPending = ({ connections, buffers }: Acceptor, sideIndex: number): void => {
  const buffer = connections.pendingBuffer[sideIndex] as number;
  if (buffer < 0) return;
  buffers.give(buffer);
  connections.pendingBuffer[sideIndex] = -1;
};
