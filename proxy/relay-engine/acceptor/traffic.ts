import { BUFFER_BYTES } from './buffer-pool.ts';
import { ASKED, CLIENT, ENDPOINT, LARGE, type Side } from './connections.ts';
import type { Acceptor } from './context.ts';

/** Accounts for `bytes` that were read from `from`, and remembers what they say of the two sides. */
export const noteTraffic = (acceptor: Acceptor, connection: number, from: Side, bytes: number): void => {
  const { connections, counters } = acceptor;
  const { flags } = connections;
  const client = connection * 2 + CLIENT;
  const listenerSlot = connections.listenerSlot[connection] as number;
  const endpointSlot = connections.endpointSlot[connection] as number;
  connections.lastActive[connection] = acceptor.now;
  if (from === CLIENT) {
    connections.received[connection] = (connections.received[connection] as number) + bytes;
    counters.received(listenerSlot, endpointSlot, bytes);
    flags[client] = (flags[client] as number) | ASKED;
  } else {
    connections.sent[connection] = (connections.sent[connection] as number) + bytes;
    counters.sent(listenerSlot, endpointSlot, bytes);
    flags[client] = (flags[client] as number) & ~ASKED;
  }
  const source = from === CLIENT ? client : connection * 2 + ENDPOINT;
  if (bytes === BUFFER_BYTES) flags[source] = (flags[source] as number) | LARGE;
  else if (bytes < BUFFER_BYTES / 2) flags[source] = (flags[source] as number) & ~LARGE;
};
