import type { TableListener } from '../table/table.ts';

/** Where a listener is bound: one address of this machine, or all of them. */
export type Binding = Pick<TableListener, 'port' | 'address'>;

/** Names a binding among others. */
export const bindingKey = ({ address = '*', port }: Binding): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const isWildcard = (address: string | undefined): boolean =>
  address === undefined || address === '0.0.0.0' || address === '::';

/** Whether both cannot be bound at the same time. Wildcards of either family count as one, as they do for the rule of the schema. */
export const overlap = (a: Binding, b: Binding): boolean =>
  a.port === b.port && (isWildcard(a.address) || isWildcard(b.address) || a.address === b.address);
