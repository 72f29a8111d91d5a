import { isAllowed } from '../../address-set/source-policy.ts';
import { readSocketAddress } from '../../sys/socket-address.ts';
import { begin } from './begin.ts';
import type { Acceptor } from './context.ts';
import { claimDescriptor } from './descriptors.ts';
import { handOver, leastLoaded, takeOver } from './hand-over.ts';
import { refuse } from './refuse.ts';
import { listenerOf, type ServedListener } from './served-table.ts';
import { PARCEL } from './shared-memory.ts';

/**
 * Decides what becomes of a client that was just accepted: it is handed to an acceptor with fewer
 * connections, or begins here. What may keep a client out altogether belongs here, too.
 */
export const admit = (
  acceptor: Acceptor,
  listener: ServedListener,
  fd: number,
  mayHandOver: boolean,
): void => {
  const { arrival, socketAddress } = acceptor;
  claimDescriptor(acceptor, fd);
  acceptor.counters.accepted(listener.slot);
  arrival.port = readSocketAddress(socketAddress.bytes, arrival.address, 0);
  if (listener.sources !== undefined && !isAllowed(listener.sources, arrival.address, 0)) {
    refuse(acceptor, listener, fd, 'SourceDenied');
    return;
  }
  if (mayHandOver && acceptor.acceptors > 1) {
    const to = leastLoaded(acceptor);
    if (to !== acceptor.index && handOver(acceptor, to, fd, listener)) return;
  }
  begin(acceptor, fd, listener.slot, listener.idleTicks, listener.halfClosedTicks, listener);
};

/** Begins the connections that other acceptors have handed to this one. */
export const takeMail = (acceptor: Acceptor): void => {
  const { parcel } = acceptor;
  acceptor.mailbox.takeAll(parcel, (from) => {
    if (takeOver(acceptor, from)) {
      const slot = parcel[PARCEL.ListenerSlot] as number;
      const idleTicks = parcel[PARCEL.IdleTicks] as number;
      const halfClosedTicks = parcel[PARCEL.HalfClosedTicks] as number;
      const listener = listenerOf(acceptor.table, slot);
      begin(acceptor, parcel[PARCEL.Descriptor] as number, slot, idleTicks, halfClosedTicks, listener);
    }
    acceptor.counters.taken();
  });
};
