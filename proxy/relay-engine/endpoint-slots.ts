import { isIP } from 'node:net';
import type { ProxyFinding } from '../../report/finding.ts';
import { endpointKey, type TableBackend, type TableEndpoint } from '../table/table.ts';
import type { AcceptorEndpoint } from './acceptor/messages.ts';
import type { Slots } from './slots.ts';

/** The key of an endpoint's slot. It is unambiguous, because a backend's name contains no space. */
export const slotKey = (backend: string, key: string): string => `${backend} ${key}`;

export const backendOf = (slotKey: string): string => slotKey.slice(0, slotKey.indexOf(' '));
/** Name of the endpoint within its backend. */
export const endpointOf = (slotKey: string): string => slotKey.slice(slotKey.indexOf(' ') + 1);

interface SlotRequest {
  readonly backend: string;
  readonly endpoint: TableEndpoint;
}

/**
 * The first endpoint of each backend, then the second of each, and so on: if slots run out, a huge backend
 * does not use those of a small one.
 */
const interleave = (
  backends: readonly TableBackend[],
  of: (backend: TableBackend) => readonly TableEndpoint[],
): readonly SlotRequest[] => {
  const longest = backends.reduce((most, backend) => Math.max(most, of(backend).length), 0);
  return Array.from({ length: longest }, (_, turn) =>
    backends.flatMap((backend) => {
      const endpoint = of(backend)[turn];
      return endpoint === undefined ? [] : [{ backend: backend.name, endpoint }];
    }),
  ).flat();
};

/** The endpoints of each backend that got a slot, in the table's order, and what is missing. */
export interface AssignedEndpoints {
  readonly byBackend: ReadonlyMap<string, readonly AcceptorEndpoint[]>;
  readonly findings: readonly ProxyFinding[];
  /** By backend that did not get a slot for each endpoint: how many have none. */
  readonly missing: ReadonlyMap<string, number>;
}

/** Assigns slots, to candidates first; calls `onNewSlot` for each slot that has a new owner. */
export const assignEndpoints = (
  backends: readonly TableBackend[],
  slots: Slots,
  onNewSlot: (slot: number) => void,
): AssignedEndpoints => {
  const byBackend = new Map<string, AcceptorEndpoint[]>(backends.map(({ name }) => [name, []]));
  const findings: ProxyFinding[] = [];
  const missing = new Map<string, number>();
  const take = ({ backend, endpoint }: SlotRequest): number | undefined => {
    const taken = slots.take(slotKey(backend, endpointKey(endpoint)));
    if (taken?.isNew) onNewSlot(taken.slot);
    return taken?.slot;
  };
  for (const request of interleave(backends, ({ endpoints }) => endpoints)) {
    if (isIP(request.endpoint.address) === 0) {
      // Acceptors could not encode it, and one bad address must not affect the other endpoints.
      findings.push({
        code: 'AddressInvalid',
        backend: request.backend,
        path: `spec.backends[${request.backend}]`,
        message: `Endpoint "${request.endpoint.address}" is left out: it is not an IP address`,
      });
      continue;
    }
    const slot = take(request);
    if (slot === undefined) missing.set(request.backend, (missing.get(request.backend) ?? 0) + 1);
    else byBackend.get(request.backend)?.push({ ...request.endpoint, slot });
  }
  for (const request of interleave(backends, ({ inactive }) => inactive)) take(request);
  return { byBackend, findings, missing };
};
