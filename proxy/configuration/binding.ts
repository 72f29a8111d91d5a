import { canonicalAddress } from '../../crds/canonical-address.ts';

/** The transport protocol of a listener. */
export type Protocol = 'TCP' | 'UDP';

/**
 * What a listener is bound to: one address of this machine, or all of them. Each protocol has its own ports.
 */
export interface Binding {
  readonly protocol: Protocol;
  readonly port: number;
  /** In canonical spelling; omitted for all addresses. */
  readonly address?: string;
}

/** The binding for an address in any spelling. */
export const bindingOf = ({
  protocol,
  port,
  address,
}: {
  readonly protocol: Protocol;
  readonly port: number;
  readonly address?: string | undefined;
}): Binding => ({ protocol, port, ...(address === undefined ? {} : { address: canonicalAddress(address) }) });

/** Identifies a binding. */
export const bindingKey = (binding: Binding): string => `${binding.protocol} ${bindingText(binding)}`;

/** Address and port, for people. */
export const bindingText = ({ address = '*', port }: Pick<Binding, 'address' | 'port'>): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const isWildcard = (address: string | undefined): boolean =>
  address === undefined || address === '0.0.0.0' || address === '::';

/**
 * Returns true if both cannot be bound at the same time. Wildcards of either family count as all addresses.
 */
export const overlap = (a: Binding, b: Binding): boolean =>
  a.protocol === b.protocol &&
  a.port === b.port &&
  (isWildcard(a.address) || isWildcard(b.address) || a.address === b.address);
