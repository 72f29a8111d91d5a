import { canonicalAddress } from '../../crds/canonical-address.ts';

/** Where a listener is bound: one address of this machine, or all of them. */
export interface Binding {
  readonly port: number;
  /** In one spelling; left out for all. */
  readonly address?: string;
}

/** The binding that an address in any spelling means. */
export const bindingOf = ({
  port,
  address,
}: {
  readonly port: number;
  readonly address?: string | undefined;
}): Binding => ({ port, ...(address === undefined ? {} : { address: canonicalAddress(address) }) });

/** Names a binding among others. */
export const bindingKey = ({ address = '*', port }: Binding): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const isWildcard = (address: string | undefined): boolean =>
  address === undefined || address === '0.0.0.0' || address === '::';

/** Whether both cannot be bound at the same time. Wildcards of either family count as all addresses. */
export const overlap = (a: Binding, b: Binding): boolean =>
  a.port === b.port && (isWildcard(a.address) || isWildcard(b.address) || a.address === b.address);
