import type { Acceptor } from './context.ts';
import { claimFrom } from './descriptors.ts';
import type { ServedListener } from './served-table.ts';
import { INTS, intsAt, PARCEL } from './shared-memory.ts';
import { TimerWheel } from './timer-wheel.ts';

/** For this long after a short connection has ended, more short ones are expected. */
const SHORT_LIVED_TICKS = TimerWheel.ticks(1000);

/**
 * By how many connections another acceptor must have fewer. While short connections keep ending, the next
 * ones even out the difference, and waking another thread costs more than that gains. Long ones stay where
 * they are, also those that reconnect after all of them ended at once.
 */
const tolerance = ({ now, shortEndedAt }: Acceptor, fewest: number): number =>
  now - shortEndedAt < SHORT_LIVED_TICKS ? 4 + (fewest >> 5) : 1;

/** Connections that others have left for an acceptor and that it has not taken yet. */
export const onTheWay = (ints: Int32Array, at: number): number => {
  const taken = Atomics.load(ints, at + INTS.Taken);
  return (Atomics.load(ints, at + INTS.Given) - taken) | 0;
};

/**
 * Connections of an acceptor: those that it has, and those that others have left for it. One that is being
 * taken counts twice rather than not at all (it counts as open before it counts as taken, which is read
 * first): an acceptor that seems to have fewer than it has would be given too many. Sessions of UDP do not
 * count: the kernel's hash spreads them, and a difference between thousands of idle ones would outweigh all
 * connections.
 */
const load = (ints: Int32Array, at: number): number => {
  const coming = onTheWay(ints, at);
  return coming + Atomics.load(ints, at + INTS.Open) - Atomics.load(ints, at + INTS.Sessions);
};

/**
 * The acceptor that should get a new connection: the one with the fewest, unless the difference is too small.
 */
export const leastLoaded = (acceptor: Acceptor): number => {
  const { index, acceptors, shared, table } = acceptor;
  const { ints } = shared;
  const own = load(ints, intsAt(index));
  let best = index;
  let fewest = own;
  for (let other = 0; other < acceptors; other++) {
    const at = intsAt(other);
    // One that serves another table may not know the backend.
    if (ints[at + INTS.Taking] !== 1 || ints[at + INTS.Version] !== table.version) continue;
    const its = load(ints, at);
    if (its >= fewest) continue;
    best = other;
    fewest = its;
  }
  return own - fewest >= tolerance(acceptor, fewest) ? best : index;
};

/**
 * Hands the connection that was just accepted to another acceptor; false if that has no room for it at the
 * moment.
 */
export const handOver = (acceptor: Acceptor, to: number, fd: number, listener: ServedListener): boolean => {
  const { parcel, arrival, shared, mailbox } = acceptor;
  const at = intsAt(to);
  parcel[PARCEL.Descriptor] = fd;
  parcel[PARCEL.ListenerSlot] = listener.slot;
  parcel[PARCEL.IdleTicks] = listener.idleTicks;
  parcel[PARCEL.HalfClosedTicks] = listener.halfClosedTicks;
  parcel[PARCEL.ClientPort] = arrival.port;
  for (let i = 0; i < 4; i++) parcel[PARCEL.ClientAddress + i] = arrival.words[i] as number;
  // Counted before it is there, since the reader may take it at once.
  Atomics.add(shared.ints, at + INTS.Given, 1);
  if (!mailbox.put(to, parcel)) {
    Atomics.sub(shared.ints, at + INTS.Given, 1);
    return false;
  }
  if (Atomics.load(shared.ints, at + INTS.Asleep) === 1)
    acceptor.sys.signal(Atomics.load(shared.ints, at + INTS.Wake));
  acceptor.counters.handedOver(listener.slot);
  return true;
};

/**
 * Makes the connection in `parcel` this acceptor's own; false if its sender died and it was closed meanwhile.
 */
export const takeOver = (acceptor: Acceptor, from: number): boolean => {
  const { parcel, arrival, counters } = acceptor;
  const fd = parcel[PARCEL.Descriptor] as number;
  if (fd < 0) return false; // its sender died
  if (!claimFrom(acceptor, fd, from)) return false;
  for (let i = 0; i < 4; i++) arrival.words[i] = parcel[PARCEL.ClientAddress + i] as number;
  arrival.port = parcel[PARCEL.ClientPort] as number;
  counters.takenOver(parcel[PARCEL.ListenerSlot] as number);
  return true;
};
