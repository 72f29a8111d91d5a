import { CLOSE_REASONS } from '../acceptor/close-reason.ts';
import {
  backendTotalsAt,
  endpointOpenAt,
  endpointTotalsAt,
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerOpenAt,
  listenerTotalsAt,
  pastClosesAt,
  type SharedMemory,
  SLOTS,
  TOTALS_OF,
} from '../acceptor/shared-memory.ts';
import type { Sys } from '../sys/sys.ts';

/** Starts the counters of a listener slot at zero for its new user; what it counted as closed stays in the sum. */
export const clearListener = (shared: SharedMemory, acceptors: number, slot: number): void => {
  const { totals } = shared;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = listenerTotalsAt(acceptor, slot);
    for (let place = 0; place < CLOSE_REASONS.length; place++) {
      const past = pastClosesAt(acceptor) + place;
      totals[past] = (totals[past] as number) + (totals[at + LISTENER_TOTALS.Closes + place] as number);
    }
    totals.fill(0, at, at + TOTALS_OF.listener);
  }
};

/** Starts the counters of a backend slot at zero for its new user. */
export const clearBackend = (shared: SharedMemory, acceptors: number, slot: number): void => {
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = backendTotalsAt(acceptor, slot);
    shared.totals.fill(0, at, at + TOTALS_OF.backend);
  }
};

/** Starts the counters of an endpoint slot at zero for its new user. */
export const clearEndpoint = (shared: SharedMemory, acceptors: number, slot: number): void => {
  Atomics.store(shared.failuresInARow, slot, 0);
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = endpointTotalsAt(acceptor, slot);
    shared.totals.fill(0, at, at + TOTALS_OF.endpoint);
  }
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
  for (const place of [INTS.Open, INTS.Version, INTS.Paused, INTS.Asleep, INTS.Taking])
    shared.ints[intsAt(acceptor) + place] = 0;
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
