import { isLong } from '../../quic/read-packet.ts';
import type { ConnectionIds } from './connection-ids/connection-ids.ts';
import type { Acceptor } from './context.ts';
import type { Run } from './datagrams/datagrams.ts';
import type { ReceiveBatch } from './datagrams/receive-batch.ts';
import type { ServedListener } from './served-table.ts';
import { sessionById } from './session-by-id.ts';

/** What owns no message, or is dropped. */
const NOBODY = -1;

/**
 * Whether all datagrams of a message begin alike: with the same form of header, and the same `count` bytes
 * behind their first one, or as many as they have. These are the version and IDs, or all of an ID.
 */
const beginAlike = (
  { memory }: ReceiveBatch,
  begin: number,
  end: number,
  segment: number,
  count: number,
): boolean => {
  const { bytes, view } = memory;
  const form = isLong(bytes[begin] as number);
  for (let at = begin + segment; at < end; at += segment) {
    if (isLong(bytes[at] as number) !== form) return false;
    const behind = Math.min(1 + count, segment, end - at);
    let i = 1;
    for (; i + 4 <= behind; i += 4)
      if (view.getInt32(at + i, true) !== view.getInt32(begin + i, true)) return false;
    for (; i < behind; i++) if (bytes[at + i] !== bytes[begin + i]) return false;
  }
  return true;
};

/**
 * The session of a message of a listener that follows connection IDs. The kernel merges what comes from one
 * address, where a client may have connections to several endpoints: then the message is no session's, and
 * its datagrams are added to `runs`.
 */
export const sessionOfMessage = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  message: number,
  count: number,
  known: number,
): number => {
  const { key, received, runs, sessions } = acceptor.datagrams;
  const begin = received.offsetOf(message);
  const end = begin + received.lengthOf(message);
  const segment = received.segmentOf(message);
  if (count === 1) return sessionById(acceptor, ids, listener, begin, end, 1, known);
  const compared = ids.tellingBytes(listener.slot, listener.policy.stickiness?.serverId);
  if (beginAlike(received, begin, end, segment, compared))
    return sessionById(acceptor, ids, listener, begin, begin + segment, count, known);
  let last: Run | undefined;
  for (let at = begin; at < end; at += segment) {
    const length = Math.min(segment, end - at);
    const own = sessions.keys.find(key);
    // Whoever is refused a session is refused the next one, too: then the rest of the message is dropped.
    const concerned = own < 0 ? Math.ceil((end - at) / segment) : 1;
    const session = sessionById(acceptor, ids, listener, at, at + length, concerned, own);
    if (session === NOBODY && own < 0) return NOBODY;
    if (session === NOBODY) {
      // A run has no gaps.
      last = undefined;
      continue;
    }
    if (last?.session === session) last.length += length;
    else {
      last = { session, data: received.dataOf(message) + at - begin, length, segment };
      runs.push(last);
    }
  }
  return NOBODY;
};
