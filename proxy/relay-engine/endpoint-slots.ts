import { isIP } from 'node:net';
import type { ProxyFinding } from '../../report/finding.ts';
import { endpointKey, type TableBackend, type TableEndpoint } from '../table/table.ts';
import type { AcceptorEndpoint } from './acceptor/messages.ts';
import type { Slots } from './slots.ts';

/** Names an endpoint of a backend among the slots; a backend's name has no blank. */
export const placeKey = (backend: string, key: string): string => `${backend} ${key}`;

export const backendOf = (placeKey: string): string => placeKey.slice(0, placeKey.indexOf(' '));
/** Name of the endpoint within its backend. */
export const endpointOf = (placeKey: string): string => placeKey.slice(placeKey.indexOf(' ') + 1);

interface Wanted {
  readonly backend: string;
  readonly endpoint: TableEndpoint;
}

/** One of each backend, then the next of each: where slots run out, a huge backend does not take those of a small one. */
const inTurns = (
  backends: readonly TableBackend[],
  of: (backend: TableBackend) => readonly TableEndpoint[],
): readonly Wanted[] => {
  const longest = backends.reduce((most, backend) => Math.max(most, of(backend).length), 0);
  return Array.from({ length: longest }, (_, turn) =>
    backends.flatMap((backend) => {
      const endpoint = of(backend)[turn];
      return endpoint === undefined ? [] : [{ backend: backend.name, endpoint }];
    }),
  ).flat();
};

/** The endpoints of each backend that have a slot, in the table's order, and what could not be had. */
export interface AssignedEndpoints {
  readonly byBackend: ReadonlyMap<string, readonly AcceptorEndpoint[]>;
  readonly findings: readonly ProxyFinding[];
  /** Of backends some of whose endpoints got no slot: how many. */
  readonly short: ReadonlyMap<string, number>;
}

/** Gives every endpoint its slot, those that take connections first; `fresh` is told of each slot with a new user. */
export const assignEndpoints = (
  backends: readonly TableBackend[],
  slots: Slots,
  fresh: (slot: number) => void,
): AssignedEndpoints => {
  const byBackend = new Map<string, AcceptorEndpoint[]>(backends.map(({ name }) => [name, []]));
  const findings: ProxyFinding[] = [];
  const short = new Map<string, number>();
  const take = ({ backend, endpoint }: Wanted): number | undefined => {
    const place = slots.take(placeKey(backend, endpointKey(endpoint)));
    if (place?.fresh) fresh(place.slot);
    return place?.slot;
  };
  for (const wanted of inTurns(backends, ({ endpoints }) => endpoints)) {
    if (isIP(wanted.endpoint.address) === 0) {
      // An acceptor could not encode it; one bad address must not take the others down.
      findings.push({
        code: 'AddressInvalid',
        backend: wanted.backend,
        path: `spec.backends[${wanted.backend}]`,
        message: `Endpoint "${wanted.endpoint.address}" is left out: it is not an IP address`,
      });
      continue;
    }
    const slot = take(wanted);
    if (slot === undefined) short.set(wanted.backend, (short.get(wanted.backend) ?? 0) + 1);
    else byBackend.get(wanted.backend)?.push({ ...wanted.endpoint, slot });
  }
  for (const wanted of inTurns(backends, ({ resting }) => resting)) take(wanted);
  return { byBackend, findings, short };
};
