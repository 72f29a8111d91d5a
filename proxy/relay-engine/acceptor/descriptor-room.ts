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

/**
 * Whether one more descriptor would exceed the limit. Connections that wait for a preface or for capacity
 * hold one of their two, so that there can be more of them than all would need together: those that then find
 * none left end, rather than take what is kept for the admin endpoint and health checks.
 */
export const isUsedUp = ({ shared, table }: Pick<Acceptor, 'shared' | 'table'>): boolean =>
  Atomics.load(shared.held, 0) >= table.descriptorLimit;
