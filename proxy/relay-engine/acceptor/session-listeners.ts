import type { Acceptor } from './context.ts';
import { portsOf, type ServedListener } from './served-table.ts';

/**
 * Of the descriptors that connections may hold, sessions get this share at most where there are other
 * listeners as well: whoever sends datagrams from many ports must not keep clients of TCP out.
 */
const SHARE_BESIDE_TCP = 0.5;
/** Of an acceptor's sessions, those of one source are this share at most. */
const SHARE_OF_SOURCE = 0.25;
/**
 * Each session has a source port that no other UDP socket of this network namespace has, whatever endpoint it
 * is connected to. So many of them are left to others.
 */
const SHARE_OF_PORTS = 0.9;
const LEAST_SESSIONS = 4;

/** Whether a UDP listener takes no new clients from the next table on. */
export const isNowLeaving = (listener: ServedListener, next: ServedListener): boolean =>
  listener.protocol === 'UDP' && next.leaving === true && listener.leaving !== true;

/** Follows the listeners of a table that was adopted: their sockets, and how many sessions there may be. */
export const followListeners = (acceptor: Acceptor): void => {
  const { datagrams, table, acceptors, sourcePorts } = acceptor;
  const listeners = table.listeners.filter(({ protocol }) => protocol === 'UDP');
  datagrams.sockets.fill(-1);
  if (listeners.length === 0) return;
  for (const { slot, fd } of listeners) datagrams.sockets[slot] = fd;
  datagrams.avoided = portsOf(table, 'UDP');
  const share = listeners.length === table.listeners.length ? 1 : SHARE_BESIDE_TCP;
  const most = Math.min(table.descriptorLimit * share, sourcePorts.size * SHARE_OF_PORTS);
  datagrams.mostSessions = Math.max(LEAST_SESSIONS, Math.floor(most / acceptors));
  datagrams.mostOfSource = Math.max(LEAST_SESSIONS, Math.floor(datagrams.mostSessions * SHARE_OF_SOURCE));
};
