import { CLOSES } from '../engine/close-reason.ts';
import { PHASES, type Phase } from '../engine/ending.ts';
import type { Sys } from '../sys/sys.ts';
import { closeIndex } from './acceptor/close-index.ts';
import {
  backendTotalsAt,
  endpointOpenAt,
  endpointTotalsAt,
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerOpenAt,
  listenerTotalsAt,
  MAIL_CELLS,
  MAIL_HEAD,
  mailRingAt,
  PARCEL,
  PARCEL_INTS,
  pastClosesAt,
  RING,
  type SharedMemory,
  SLOTS,
  TOTALS_OF,
} from './acceptor/shared-memory.ts';

/** Resets the counters of a listener slot for its new owner; its closes are added to the past ones. */
export const clearListener = (shared: SharedMemory, acceptors: number, slot: number): void => {
  const { totals } = shared;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = listenerTotalsAt(acceptor, slot);
    for (let close = 0; close < CLOSES.length; close++) {
      const past = pastClosesAt(acceptor) + close;
      totals[past] = (totals[past] as number) + (totals[at + LISTENER_TOTALS.Closes + close] as number);
    }
    totals.fill(0, at, at + TOTALS_OF.listener);
  }
};

/** Resets the counters of a backend slot for its new owner. */
export const clearBackend = (shared: SharedMemory, acceptors: number, slot: number): void => {
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = backendTotalsAt(acceptor, slot);
    shared.totals.fill(0, at, at + TOTALS_OF.backend);
  }
};

/** Resets the counters of an endpoint slot for its new owner. */
export const clearEndpoint = (shared: SharedMemory, acceptors: number, slot: number): void => {
  Atomics.store(shared.failuresInARow, slot, 0);
  shared.dues[slot] = Number.POSITIVE_INFINITY;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = endpointTotalsAt(acceptor, slot);
    shared.totals.fill(0, at, at + TOTALS_OF.endpoint);
  }
};

/** Connections of a listener that an acceptor accepted and has not counted as ended. */
const notEnded = ({ totals }: SharedMemory, acceptor: number, slot: number): number => {
  const at = listenerTotalsAt(acceptor, slot);
  let left = totals[at + LISTENER_TOTALS.Accepted] as number;
  for (let close = 0; close < CLOSES.length; close++)
    left -= totals[at + LISTENER_TOTALS.Closes + close] as number;
  return left;
};

/** Whether the listener has a connection that is open or being handed over between acceptors. */
export const listenerInUse = (shared: SharedMemory, acceptors: number, slot: number): boolean => {
  let left = 0;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) left += notEnded(shared, acceptor, slot);
  return left !== 0;
};

/** Connections of a listener that an acceptor holds: not ended, and not handed over to another one. */
const heldBy = (shared: SharedMemory, acceptor: number, slot: number): number => {
  const at = listenerTotalsAt(acceptor, slot);
  return (
    notEnded(shared, acceptor, slot) +
    (shared.totals[at + LISTENER_TOTALS.TakenOver] as number) -
    (shared.totals[at + LISTENER_TOTALS.HandedOver] as number)
  );
};

const countDied = (
  { totals }: SharedMemory,
  acceptor: number,
  slot: number,
  phase: Phase,
  connections: number,
): void => {
  const offset = LISTENER_TOTALS.Closes + closeIndex('AcceptorDied', PHASES.indexOf(phase));
  const at = listenerTotalsAt(acceptor, slot) + offset;
  totals[at] = (totals[at] as number) + connections;
};

const closeHeld = (shared: SharedMemory, sys: Sys, fd: number): void => {
  // The option succeeds on sockets alone. These count as held; the only other descriptor is the epoll set.
  if (sys.resetOnClose(fd) === 0) Atomics.sub(shared.held, 0, 1);
  sys.close(fd);
};

/** Ends the connections that a dead acceptor put into the mailbox of `to` and that are still there. */
const closeMailed = (
  shared: SharedMemory,
  sys: Sys,
  acceptors: number,
  acceptor: number,
  to: number,
): number => {
  const { mail, owners, totals } = shared;
  const ring = mailRingAt(acceptors, acceptor, to);
  const put = Atomics.load(mail, ring + RING.Put);
  let ended = 0;
  for (let at = Atomics.load(mail, ring + RING.Taken); at !== put; at = (at + 1) | 0) {
    const cell = ring + MAIL_HEAD + (at & (MAIL_CELLS - 1)) * PARCEL_INTS;
    const fd = mail[cell + PARCEL.Descriptor] as number;
    if (fd < 0) continue; // already closed, when the predecessor of this acceptor died
    // The first to change the owner gets the descriptor: `to` may be taking it at this moment.
    if (Atomics.compareExchange(owners, fd, acceptor + 1, 0) !== acceptor + 1) continue;
    // The number may soon be reused for a connection of the replacement: the ring must not refer to it.
    mail[cell + PARCEL.Descriptor] = -1;
    const slot = mail[cell + PARCEL.ListenerSlot] as number;
    const taken = listenerTotalsAt(acceptor, slot) + LISTENER_TOTALS.TakenOver;
    totals[taken] = (totals[taken] as number) + 1;
    countDied(shared, acceptor, slot, 'HandingOver', 1);
    closeHeld(shared, sys, fd);
    ended++;
  }
  return ended;
};

/** What was closed and ended when cleaning up after a dead acceptor. */
export interface CleanUp {
  readonly closedDescriptors: number;
  readonly endedConnections: number;
}

/**
 * Cleans up after a dead acceptor: resets its gauges, counts its connections as ended, and closes the
 * descriptors that it owned according to the owner table. Its totals stay.
 */
export const cleanUpAfter = (
  shared: SharedMemory,
  sys: Sys,
  acceptors: number,
  acceptor: number,
): CleanUp => {
  let closedDescriptors = 0;
  for (let to = 0; to < acceptors; to++)
    closedDescriptors += closeMailed(shared, sys, acceptors, acceptor, to);
  let endedConnections = closedDescriptors;
  for (let slot = 0; slot < SLOTS.endpoints; slot++) {
    const open = shared.ints[endpointOpenAt(acceptor, slot)] as number;
    if (open !== 0) Atomics.sub(shared.endpointsOpen, slot, open);
    shared.ints[endpointOpenAt(acceptor, slot)] = 0;
  }
  for (let slot = 0; slot < SLOTS.listeners; slot++) {
    const had = heldBy(shared, acceptor, slot);
    if (had !== 0) countDied(shared, acceptor, slot, 'Unknown', had);
    endedConnections += had;
    shared.ints[listenerOpenAt(acceptor, slot)] = 0;
  }
  for (const offset of [INTS.Open, INTS.Sessions, INTS.Version, INTS.Paused, INTS.Asleep, INTS.Taking])
    shared.ints[intsAt(acceptor) + offset] = 0;
  // Its mailbox may hold connections from other acceptors: have the replacement check.
  Atomics.store(shared.ints, intsAt(acceptor) + INTS.Mail, 1);
  for (let fd = 0; fd < shared.owners.length; fd++) {
    if (shared.owners[fd] !== acceptor + 1) continue;
    shared.owners[fd] = 0;
    closeHeld(shared, sys, fd);
    closedDescriptors++;
  }
  return { closedDescriptors, endedConnections };
};
