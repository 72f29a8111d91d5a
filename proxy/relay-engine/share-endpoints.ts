import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../sys/socket-address.ts';
import type { AcceptorEndpoint, SharedEndpoints } from './acceptor/messages.ts';

let lastId = 0;

/**
 * Puts the endpoints of a backend into shared memory, with their addresses encoded. Done once for all
 * acceptors: otherwise each would keep its own copy, and encode addresses while its traffic waits.
 */
export const shareEndpoints = (endpoints: readonly AcceptorEndpoint[]): SharedEndpoints => {
  const count = endpoints.length;
  const slots = new Int32Array(new SharedArrayBuffer(count * 4));
  const weights = new Float64Array(new SharedArrayBuffer(count * 8));
  const addresses = new Uint8Array(new SharedArrayBuffer(count * SOCKET_ADDRESS_BYTES));
  const view = new DataView(addresses.buffer);
  for (const [index, { slot, weight, address, port }] of endpoints.entries()) {
    slots[index] = slot;
    weights[index] = weight;
    writeSocketAddress(view, index * SOCKET_ADDRESS_BYTES, address, port);
  }
  lastId++;
  return { id: lastId, slots, weights, addresses };
};
