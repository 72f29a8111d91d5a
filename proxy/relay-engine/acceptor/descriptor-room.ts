import type { Acceptor } from './context.ts';
import { onTheWay } from './hand-over.ts';
import { intsAt } from './shared-memory.ts';

/**
 * Whether the two descriptors of one more connection would exceed the limit. Connections on the way to
 * another acceptor hold one descriptor and will need another: without it counted, many of them would take
 * what is kept for the admin endpoint.
 */
export const isFull = ({ shared, table, acceptors }: Acceptor): boolean => {
  const left = table.descriptorLimit - 2 - Atomics.load(shared.held, 0);
  if (left < 0) return true;
  // Each of those on the way holds a descriptor.
  if (left >= table.descriptorLimit / 2) return false;
  let coming = 0;
  for (let index = 0; index < acceptors; index++) coming += onTheWay(shared.ints, intsAt(index));
  return left < coming;
};

interface Room {
  readonly shared: Pick<Acceptor['shared'], 'held'>;
  readonly table: Pick<Acceptor['table'], 'descriptorLimit'>;
  readonly acceptors: number;
}

/**
 * Descriptors beyond the limit, for each acceptor. Several acceptors may find the last free place at the same
 * time, and each accept a client for it: each of those clients is served, too.
 */
export const SPARE_PER_ACCEPTOR = 2;

/**
 * Takes room for a descriptor of an endpoint's side before it is opened; false if there is none. Connections
 * that wait for a preface or for capacity hold one of their two, so that there can be more of them than all
 * would need together: those that then find none left end, rather than take what is kept for the admin
 * endpoint and health checks.
 */
export const takeRoom = ({ shared, table, acceptors }: Room): boolean => {
  if (Atomics.add(shared.held, 0, 1) < table.descriptorLimit + SPARE_PER_ACCEPTOR * acceptors) return true;
  leaveRoom({ shared });
  return false;
};

/** Gives room back that was taken for a descriptor which could not be opened. */
export const leaveRoom = ({ shared }: Pick<Room, 'shared'>): void => {
  Atomics.sub(shared.held, 0, 1);
};
