import { EAGAIN } from '../../sys/sys.ts';
import { BROKEN, CLIENT, READ_ON } from './connections.ts';
import { type Acceptor, random32 } from './context.ts';
import { charge, owed, SLACK_US } from './limits/bandwidth.ts';
import { LISTENER, listenerAt, SOURCE, sourceAt } from './limits/limits-memory.ts';
import type { ServedLimits } from './limits/served-limits.ts';
import { NO_ENTRY } from './limits/source-table.ts';
import { microseconds } from './limits/token-bucket.ts';
import type { Transport } from './transport.ts';

const SLACK_MS = SLACK_US / 1000;

/** Microseconds until a side may be read by the limits of its connection, its source and its listener. */
const waitFor = (acceptor: Acceptor, sideIndex: number, limits: ServedLimits, now: number): number => {
  const { limits: counts, pacing, connections } = acceptor;
  if (counts === undefined || pacing === undefined) return 0;
  const connection = sideIndex >> 1;
  const { ofConnection, ofSource, ofListener } = limits.bandwidths[
    sideIndex & 1
  ] as ServedLimits['bandwidths'][0];
  let wait = 0;
  if (ofConnection !== undefined) wait = ((pacing.paidUntil[sideIndex] as number) - acceptor.nowMs) * 1000;
  if (ofListener !== undefined) {
    const at = listenerAt(connections.listenerSlot[connection] as number) + LISTENER.Bandwidth;
    wait = Math.max(wait, owed(counts.memory.listeners, at + (sideIndex & 1), now, ofListener));
  }
  if (ofSource !== undefined) {
    const entry = counts.entryOf(connection);
    const at = sourceAt(entry) + SOURCE.Bandwidth + (sideIndex & 1);
    if (entry !== NO_ENTRY) wait = Math.max(wait, owed(counts.memory.sources, at, now, ofSource));
  }
  return wait;
};

/** Charges the limits of a side's connection, source and listener for what was read. */
const pay = (
  acceptor: Acceptor,
  sideIndex: number,
  limits: ServedLimits,
  now: number,
  bytes: number,
): void => {
  const { limits: counts, pacing, connections } = acceptor;
  if (counts === undefined || pacing === undefined) return;
  const connection = sideIndex >> 1;
  const { ofConnection, ofSource, ofListener } = limits.bandwidths[
    sideIndex & 1
  ] as ServedLimits['bandwidths'][0];
  pacing.noteRead(sideIndex);
  if (ofConnection !== undefined) {
    const from = Math.max(pacing.paidUntil[sideIndex] as number, acceptor.nowMs - SLACK_MS);
    pacing.paidUntil[sideIndex] = from + (bytes * ofConnection.cost) / 1000;
  }
  const random = random32(acceptor) / 2 ** 32;
  if (ofListener !== undefined) {
    const at = listenerAt(connections.listenerSlot[connection] as number) + LISTENER.Bandwidth;
    charge(counts.memory.listeners, at + (sideIndex & 1), now, ofListener, bytes, random);
  }
  if (ofSource !== undefined) {
    const entry = counts.entryOf(connection);
    const at = sourceAt(entry) + SOURCE.Bandwidth + (sideIndex & 1);
    if (entry !== NO_ENTRY) charge(counts.memory.sources, at, now, ofSource, bytes, random);
  }
};

const recvPaced = (
  inner: Transport,
  acceptor: Acceptor,
  sideIndex: number,
  address: number,
  length: number,
): number => {
  const { connections, pacing, table } = acceptor;
  const slot = connections.listenerSlot[sideIndex >> 1] as number;
  const limits = table.limits.get(slot);
  const quantum = limits?.bandwidths[sideIndex & 1]?.quantum ?? 0;
  // What a side has left that failed is read at once, before it is forgotten.
  const isBroken = ((connections.flags[sideIndex] as number) & BROKEN) !== 0;
  if (limits === undefined || quantum === 0 || isBroken)
    return inner.recv(acceptor, sideIndex, address, length);
  const now = microseconds(acceptor.nowMs);
  const wait = waitFor(acceptor, sideIndex, limits, now);
  if (wait > 0) {
    acceptor.counters.paused(slot, (sideIndex & 1) === CLIENT);
    if (!limits.enforced) return inner.recv(acceptor, sideIndex, address, length);
    connections.lastActive[sideIndex >> 1] = acceptor.now;
    pacing?.pause(sideIndex, acceptor.now, acceptor.nowMs + wait / 1000);
    return -EAGAIN;
  }
  const most = Math.min(length, quantum);
  const read = inner.recv(acceptor, sideIndex, address, most);
  if (read > 0) pay(acceptor, sideIndex, limits, now, read);
  // It got all that it was given room for: that the relay's buffer is not full says nothing.
  if (read === most && most < length)
    connections.flags[sideIndex] = (connections.flags[sideIndex] as number) | READ_ON;
  return read;
};

const PACED = new Map<Transport, Transport>();
const INNER = new Map<Transport, Transport>();

/**
 * A transport that reads no faster than limits of bandwidth allow. To the relay, a side that has to pause is
 * one with nothing to read: what it sends stays in the kernel, which lets the peer know in time.
 */
export const paced = (inner: Transport): Transport => {
  const known = PACED.get(inner);
  if (known !== undefined) return known;
  const transport: Transport = {
    ...inner,
    recv: (acceptor, sideIndex, address, length) => recvPaced(inner, acceptor, sideIndex, address, length),
  };
  PACED.set(inner, transport);
  INNER.set(transport, inner);
  return transport;
};

/** The transport below the one of `paced`, or the transport itself. */
export const unpaced = (transport: Transport): Transport => INNER.get(transport) ?? transport;
