import type { CloseReason } from '../../engine/close-reason.ts';
import { PHASES } from '../../engine/ending.ts';
import { closeIndex } from './close-index.ts';
import type { Acceptor } from './context.ts';
import { closeDescriptor } from './descriptors.ts';
import type { ServedListener } from './served-table.ts';

/** A client that is refused counts as one that no endpoint was connected for yet. */
const CONNECTING_INDEX = PHASES.indexOf('Connecting');

/**
 * Ends a client that was just accepted before anything is done for it: it takes no connection number. It is
 * reset, because a socket that is closed in order stays in the kernel for a minute, and a flood has many.
 * `acceptor.arrival` has its address.
 */
export const refuse = (
  acceptor: Acceptor,
  listener: Pick<ServedListener, 'slot' | 'backendSlot'>,
  fd: number,
  reason: CloseReason,
): void => {
  const close = closeIndex(reason, CONNECTING_INDEX);
  if (acceptor.accessLog.wantsRefused(close, acceptor.nowMs))
    acceptor.accessLog.putRefused(acceptor, listener, close);
  acceptor.counters.refused(listener.slot, close);
  acceptor.sys.resetOnClose(fd);
  closeDescriptor(acceptor, fd);
};
