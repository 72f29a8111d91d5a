import { TCP_INFO } from '../../sys/sys.ts';
import { SIDES } from './connections.ts';
import type { Acceptor } from './context.ts';
import { TICK_MS } from './timer-wheel.ts';

/**
 * Asks the kernel what has become of the bytes that it took: they may go on leaving for minutes, and it
 * reports that a socket is writable only after a good part of a full send buffer has left. Bytes that a side
 * has acknowledged since the last time count as activity: at the time they left, or, if more are on their
 * way, at the time of the last acknowledgement. A peer with nothing to do acknowledges keepalive probes, too,
 * which means nothing. Returns whether any bytes are still on their way. (A side that takes nothing
 * acknowledges the kernel's probes for room, and so gains some time, once.)
 */
export const noteDeparted = (acceptor: Acceptor, connection: number): boolean => {
  const { connections, sys, tcpInfo, now, nowMs } = acceptor;
  const { view } = tcpInfo;
  let isUnderWay = false;
  for (const side of SIDES) {
    const sideIndex = connection * 2 + side;
    if (sys.tcpInfo(connections.fd[sideIndex] as number, tcpInfo) < 0) continue;
    const isLeaving =
      view.getUint32(TCP_INFO.UnacknowledgedSegments, true) > 0 ||
      view.getUint32(TCP_INFO.BytesNotSent, true) > 0;
    isUnderWay ||= isLeaving;
    const acknowledged = Number(view.getBigUint64(TCP_INFO.BytesAcknowledged, true));
    if (acknowledged === connections.acknowledged[sideIndex]) continue;
    connections.acknowledged[sideIndex] = acknowledged;
    const since = isLeaving ? TCP_INFO.SinceLastAcknowledgmentMs : TCP_INFO.SinceLastDataSentMs;
    const at = Math.floor((nowMs - view.getUint32(since, true)) / TICK_MS);
    if (at > (connections.lastActive[connection] as number))
      connections.lastActive[connection] = Math.min(now, at);
  }
  return isUnderWay;
};
