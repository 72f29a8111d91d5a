import { TCP_INFO } from '../../sys/sys.ts';
import { SIDES } from './connections.ts';
import type { Acceptor } from './context.ts';
import { TICK_MS } from './timer-wheel.ts';

/**
 * Asks the kernel what has become of the bytes that it took: they may go on leaving for minutes, and it reports room for more only after a
 * good part of a full send buffer has left. Those that a side acknowledged since the last time are activity: of when they left, or, while more
 * are on their way, of when it acknowledged last. Keepalive is acknowledged, too, by whoever has nothing to do, and tells nothing.
 * Returns whether any are still on their way. (A side that takes nothing acknowledges the kernel's probes for room: it gains some time by that, once.)
 */
export const noteDeparted = (acceptor: Acceptor, connection: number): boolean => {
  const { connections, sys, tcpInfo, now, nowMs } = acceptor;
  const { view } = tcpInfo;
  let isUnderWay = false;
  for (const side of SIDES) {
    const place = connection * 2 + side;
    if (sys.tcpInfo(connections.fd[place] as number, tcpInfo) < 0) continue;
    const isLeaving =
      view.getUint32(TCP_INFO.UnacknowledgedSegments, true) > 0 ||
      view.getUint32(TCP_INFO.BytesNotSent, true) > 0;
    isUnderWay ||= isLeaving;
    const acknowledged = Number(view.getBigUint64(TCP_INFO.BytesAcknowledged, true));
    if (acknowledged === connections.acknowledged[place]) continue;
    connections.acknowledged[place] = acknowledged;
    const since = isLeaving ? TCP_INFO.SinceLastAcknowledgmentMs : TCP_INFO.SinceLastDataSentMs;
    const at = Math.floor((nowMs - view.getUint32(since, true)) / TICK_MS);
    if (at > (connections.lastActive[connection] as number))
      connections.lastActive[connection] = Math.min(now, at);
  }
  return isUnderWay;
};
