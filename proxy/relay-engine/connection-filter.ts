import { type AddressSet, contains } from '../address-set/address-set.ts';
import type { ConnectionQuery } from '../engine/open-connections.ts';
import type { ConnectionColumns } from './acceptor/connection-columns.ts';
import { backendOf, endpointOf } from './endpoint-slots.ts';
import type { SlotRegistry } from './slot-registry.ts';
import type { Slots } from './slots.ts';

/** Whether the connection with this number is wanted. */
export type ConnectionFilter = (columns: ConnectionColumns, connection: number) => boolean;

const slotsWith = (slots: Slots, isWanted: (key: string) => boolean): ReadonlySet<number> =>
  new Set([...slots.entries()].flatMap(([key, slot]) => (isWanted(key) ? [slot] : [])));

const ofClients =
  (clients: AddressSet): ConnectionFilter =>
  ({ clientAddress }, connection) =>
    contains(clients, clientAddress, connection * 16);

const olderThan =
  (ms: number, nowMs: number): ConnectionFilter =>
  ({ began }, connection) =>
    nowMs - (began[connection] as number) >= ms;

/** By slots, which are looked up once: there may be a million connections. */
export const filterOf = (
  { listeners, backends, endpoints, clients, olderThanMs }: ConnectionQuery,
  registry: SlotRegistry,
  nowMs: number,
): ConnectionFilter => {
  const filters: ConnectionFilter[] = [];
  if (listeners.length > 0) {
    const slots = slotsWith(registry.listeners, (name) => listeners.includes(name));
    filters.push(({ listenerSlot }, connection) => slots.has(listenerSlot[connection] as number));
  }
  if (backends.length > 0) {
    // The slot of an endpoint stays its own, and names both; a backend's own may be another's by now.
    const own = slotsWith(registry.backends, (name) => backends.includes(name));
    const theirs = slotsWith(registry.endpoints, (key) => backends.includes(backendOf(key)));
    filters.push(({ endpointSlot, backendSlot }, connection) => {
      const endpoint = endpointSlot[connection] as number;
      return endpoint >= 0 ? theirs.has(endpoint) : own.has(backendSlot[connection] as number);
    });
  }
  if (endpoints.length > 0) {
    const slots = slotsWith(registry.endpoints, (key) => endpoints.includes(endpointOf(key)));
    filters.push(({ endpointSlot }, connection) => slots.has(endpointSlot[connection] as number));
  }
  if (clients !== undefined) filters.push(ofClients(clients));
  if (olderThanMs > 0) filters.push(olderThan(olderThanMs, nowMs));
  return (columns, connection) => filters.every((filter) => filter(columns, connection));
};
