import type { Acceptor } from './context.ts';

/** Records that this acceptor holds a connection's descriptor from now on. */
export const claimDescriptor = (acceptor: Acceptor, fd: number): void => {
  ownDescriptor(acceptor, fd);
  Atomics.add(acceptor.shared.held, 0, 1);
};

/** The same for a descriptor for which room was taken before it was opened. */
export const ownDescriptor = ({ shared, index }: Acceptor, fd: number): void => {
  shared.owners[fd] = index + 1;
};

/**
 * Claims a descriptor that the acceptor `from` has left for this one. False when it was closed first, by the
 * control thread that cleaned up after `from`: whoever changes the owner first has the descriptor.
 */
export const claimFrom = ({ shared, index }: Acceptor, fd: number, from: number): boolean =>
  Atomics.compareExchange(shared.owners, fd, from + 1, index + 1) === from + 1;

/** Closes a connection's descriptor that this acceptor holds. */
export const closeDescriptor = ({ shared, sys }: Acceptor, fd: number): void => {
  // Cleared first: as soon as it is closed, the number may belong to another thread.
  shared.owners[fd] = 0;
  sys.close(fd);
  Atomics.sub(shared.held, 0, 1);
};
