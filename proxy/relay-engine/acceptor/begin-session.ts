import { isAllowed } from '../../address-set/source-policy.ts';
import type { DatagramDrop } from '../../engine/datagram-drop.ts';
import { admitNew } from './admission.ts';
import { SESSION } from './connections.ts';
import type { Acceptor } from './context.ts';
import { KEY } from './datagrams/session-key.ts';
import { closeConnection } from './ending.ts';
import { makeRoom } from './make-room.ts';
import type { ServedListener } from './served-table.ts';
import { type Attached, attachEndpoint } from './session-endpoint.ts';
import { INTS } from './shared-memory.ts';

type Refusal = Exclude<Attached, 'Attached'> | 'SessionLimit';

const DROP_OF: Readonly<Record<Refusal, DatagramDrop>> = {
  NoEndpoint: 'NoEndpoint',
  EndpointsFull: 'EndpointsFull',
  ConnectFailed: 'EndpointFailed',
  NoDescriptors: 'NoResources',
  NoSourcePort: 'NoResources',
  SessionLimit: 'SessionLimit',
};

/** As what datagrams count that are dropped because their session has no endpoint. */
export const dropOf = (refusal: Refusal): DatagramDrop => DROP_OF[refusal];

/** Takes a connection number for the client of `key`. */
const take = (acceptor: Acceptor, listener: ServedListener, key: Int32Array): number => {
  const { connections, counters } = acceptor;
  const connection = connections.take();
  connections.listenerSlot[connection] = listener.slot;
  connections.backendSlot[connection] = listener.backendSlot;
  connections.idleTicks[connection] = listener.idleTicks;
  connections.lastActive[connection] = acceptor.now;
  connections.began[connection] = acceptor.nowMs;
  connections.clientPort[connection] = (key[KEY.Peer] as number) & 0xffff;
  for (let i = 0; i < 16; i++)
    connections.clientAddress[connection * 16 + i] = (key[KEY.Client + (i >> 2)] as number) >>> ((i & 3) * 8);
  counters.accepted(listener.slot);
  counters.opened(listener.slot, connections.open);
  return connection;
};

/**
 * Begins the session of a client that sent its first datagrams, and whose key is that of the datagram at
 * hand; returns its connection number, or -1 if the datagrams, of which there are `count`, are dropped.
 * `attach` gives it its endpoint.
 */
export const beginSession = (
  acceptor: Acceptor,
  listener: ServedListener,
  key: Int32Array,
  count: number,
  attach: (acceptor: Acceptor, connection: number) => Attached = attachEndpoint,
): number => {
  const { connections, counters, datagrams } = acceptor;
  datagrams.strangers++;
  if (listener.leaving) {
    counters.datagramsDropped(listener.slot, 'ListenerLeaving', count);
    return -1;
  }
  if (listener.sources !== undefined && !isAllowed(listener.sources, datagrams.keyBytes, KEY.Client * 4)) {
    counters.datagramsDropped(listener.slot, 'SourceDenied', count);
    return -1;
  }
  const connection = take(acceptor, listener, key);
  if (listener.policy.limits !== undefined && !admitNew(acceptor, connection, listener)) {
    counters.datagramsDropped(listener.slot, 'Limited', count);
    return -1;
  }
  // After the limits: who is over them ends no other session.
  const refusal = makeRoom(acceptor, key) ? attach(acceptor, connection) : 'SessionLimit';
  if (refusal !== 'Attached') {
    counters.datagramsDropped(listener.slot, dropOf(refusal), count);
    closeConnection(acceptor, connection, refusal);
    return -1;
  }
  connections.state[connection] = SESSION;
  datagrams.sessions.add(connection, key);
  counters.set(INTS.Sessions, datagrams.sessions.count);
  acceptor.timers.set(connection, acceptor.now + listener.idleTicks);
  return connection;
};
