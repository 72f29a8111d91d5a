import { canonicalAddress, endpointIdentity } from './canonical-address.ts';

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** An address, or an address and a port as in `192.0.2.1:80` and `[2001:db8::1]:80`. */
export const DRAINED_ENTRY =
  /^([0-9A-Fa-f:.]{2,45}|[0-9.]{7,15}:[0-9]{1,5}|\[[0-9A-Fa-f:.]{2,45}\]:[0-9]{1,5})$/;

const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]+)$/;

/** What an entry says: an address, and a port if it means just one endpoint. */
export const endpointIn = (entry: string): Pick<Endpoint, 'address'> & Partial<Endpoint> => {
  const [, v6, v4, port] = WITH_PORT.exec(entry) ?? [];
  const address = v6 ?? v4;
  return address === undefined ? { address: entry } : { address, port: Number(port) };
};

/** The same in one spelling. */
const identityOf = (entry: string): string => {
  const { address, port } = endpointIn(entry);
  return port === undefined ? canonicalAddress(address) : endpointIdentity({ address, port });
};

/**
 * Finds which of the entries of `drained` mean an endpoint, in whatever spelling; none if it is not drained.
 */
export const drainedBy = (entries: readonly string[]): ((endpoint: Endpoint) => readonly string[]) => {
  const byIdentity = Map.groupBy(entries, identityOf);
  return (endpoint) => [
    ...(byIdentity.get(canonicalAddress(endpoint.address)) ?? []),
    ...(byIdentity.get(endpointIdentity(endpoint)) ?? []),
  ];
};
