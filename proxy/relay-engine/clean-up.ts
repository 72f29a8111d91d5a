import { CLOSES, PHASES, type Phase } from '../engine/close-reason.ts';
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

/** Starts the counters of a listener slot at zero for its new user; what it counted as closed stays in the sum. */
export const clearListener = (shared: SharedMemory, acceptors: number, slot: number): void => {
  const { totals } = shared;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = listenerTotalsAt(acceptor, slot);
    for (let place = 0; place < CLOSES.length; place++) {
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
  shared.dues[slot] = Number.POSITIVE_INFINITY;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = endpointTotalsAt(acceptor, slot);
    shared.totals.fill(0, at, at + TOTALS_OF.endpoint);
  }
};

/** Connections of a listener that an acceptor took, without those that it counted as ended. */
const notEnded = ({ totals }: SharedMemory, acceptor: number, slot: number): number => {
  const at = listenerTotalsAt(acceptor, slot);
  let left = totals[at + LISTENER_TOTALS.Accepted] as number;
  for (let place = 0; place < CLOSES.length; place++)
    left -= totals[at + LISTENER_TOTALS.Closes + place] as number;
  return left;
};

/** Whether a connection of the listener is open, or on its way from one acceptor to another. */
export const listenerInUse = (shared: SharedMemory, acceptors: number, slot: number): boolean => {
  let left = 0;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) left += notEnded(shared, acceptor, slot);
  return left !== 0;
};

/** Connections of a listener that an acceptor has: neither ended, nor given to another one. */
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
  const place = LISTENER_TOTALS.Closes + closeIndex('AcceptorDied', PHASES.indexOf(phase));
  const at = listenerTotalsAt(acceptor, slot) + place;
  totals[at] = (totals[at] as number) + connections;
};

const closeHeld = (shared: SharedMemory, sys: Sys, fd: number): void => {
  // Only a socket takes the option, and only connections' sockets count as held: the other one is the epoll set.
  if (sys.resetOnClose(fd) === 0) Atomics.sub(shared.held, 0, 1);
  sys.close(fd);
};

/** Ends the connections that a dead acceptor had left for `to` and that are not taken yet; returns how many. */
const takeBack = (
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
    if (fd < 0) continue; // taken back before, when the acceptor that this one replaced died
    // Whoever changes the owner first has the descriptor: `to` may be taking it right now.
    if (Atomics.compareExchange(owners, fd, acceptor + 1, 0) !== acceptor + 1) continue;
    // The number may soon be another connection's of the replacement: what is left in the ring must not name it.
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

/** What was left of an acceptor that died. */
export interface Remains {
  readonly closedDescriptors: number;
  readonly endedConnections: number;
}

/**
 * Puts right what an acceptor that died left: its gauges, the connections that it had, and the descriptors that the owner table says it
 * held. Its totals stay, and its connections are counted as ended.
 */
export const cleanUpAfter = (
  shared: SharedMemory,
  sys: Sys,
  acceptors: number,
  acceptor: number,
): Remains => {
  let closedDescriptors = 0;
  for (let to = 0; to < acceptors; to++) closedDescriptors += takeBack(shared, sys, acceptors, acceptor, to);
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
  for (const place of [INTS.Open, INTS.Version, INTS.Paused, INTS.Asleep, INTS.Taking])
    shared.ints[intsAt(acceptor) + place] = 0;
  // Others' connections may be left in its mailbox: its replacement looks.
  Atomics.store(shared.ints, intsAt(acceptor) + INTS.Mail, 1);
  for (let fd = 0; fd < shared.owners.length; fd++) {
    if (shared.owners[fd] !== acceptor + 1) continue;
    shared.owners[fd] = 0;
    closeHeld(shared, sys, fd);
    closedDescriptors++;
  }
  return { closedDescriptors, endedConnections };
};
