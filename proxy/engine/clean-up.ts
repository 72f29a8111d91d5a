import {
  ENDPOINT_TOTALS,
  endpointOpenAt,
  endpointTotalsAt,
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerOpenAt,
  listenerTotalsAt,
  type SharedMemory,
  SLOTS,
} from '../acceptor/shared-memory.ts';
import type { Sys } from '../sys/sys.ts';

/** Starts the counters of a listener slot at zero for its new user. */
export const clearListener = (shared: SharedMemory, acceptors: number, slot: number): void => {
  for (let acceptor = 0; acceptor < acceptors; acceptor++)
    for (const place of Object.values(LISTENER_TOTALS))
      shared.totals[listenerTotalsAt(acceptor, slot) + place] = 0;
};

/** Starts the counters of an endpoint slot at zero for its new user. */
export const clearEndpoint = (shared: SharedMemory, acceptors: number, slot: number): void => {
  for (let acceptor = 0; acceptor < acceptors; acceptor++)
    for (const place of Object.values(ENDPOINT_TOTALS))
      shared.totals[endpointTotalsAt(acceptor, slot) + place] = 0;
};

/** Whether any acceptor has a connection open through the listener. */
export const listenerInUse = (shared: SharedMemory, acceptors: number, slot: number): boolean => {
  for (let acceptor = 0; acceptor < acceptors; acceptor++)
    if (shared.ints[listenerOpenAt(acceptor, slot)] !== 0) return true;
  return false;
};

/**
 * Puts right what an acceptor that died left: its gauges, and the descriptors that the owner table says it held. Its totals stay.
 * Returns how many descriptors were closed.
 */
export const cleanUpAfter = (shared: SharedMemory, sys: Sys, acceptor: number): number => {
  for (let slot = 0; slot < SLOTS.endpoints; slot++) {
    const open = shared.ints[endpointOpenAt(acceptor, slot)] as number;
    if (open !== 0) Atomics.sub(shared.endpointsOpen, slot, open);
    shared.ints[endpointOpenAt(acceptor, slot)] = 0;
  }
  for (let slot = 0; slot < SLOTS.listeners; slot++) shared.ints[listenerOpenAt(acceptor, slot)] = 0;
  for (const place of [INTS.Open, INTS.Version, INTS.Paused]) shared.ints[intsAt(acceptor) + place] = 0;
  let closed = 0;
  for (let fd = 0; fd < shared.owners.length; fd++) {
    if (shared.owners[fd] !== acceptor + 1) continue;
    shared.owners[fd] = 0;
    // Only a socket takes the option, and only connections' sockets count as held: the other one is the epoll set.
    if (sys.resetOnClose(fd) === 0) Atomics.sub(shared.held, 0, 1);
    sys.close(fd);
    closed++;
  }
  return closed;
};
