import type { DescriptorNeeds } from '../engine/kind.ts';
import { SPARE_PER_ACCEPTOR } from './acceptor/descriptor-room.ts';
import { MAX_DESCRIPTORS } from './acceptor/shared-memory.ts';

/** An acceptor's thread holds 5 (measured), and one each for its epoll set and its eventfd. */
const OWN_PER_ACCEPTOR = 7 + SPARE_PER_ACCEPTOR;
/** Each acceptor has its own listening socket, and may hold a client's socket to hand over. */
const MIN_PER_ACCEPTOR = 2;
export const PER_CONNECTION = 2;

/** What this many acceptors need. The owner table cannot hold descriptors beyond its size. */
export const descriptorNeeds = (acceptors: number): DescriptorNeeds => ({
  own: OWN_PER_ACCEPTOR * acceptors,
  least: MIN_PER_ACCEPTOR * acceptors + PER_CONNECTION,
  most: MAX_DESCRIPTORS,
});

/** How many listening sockets and connections may use if nothing else in the process needs descriptors. */
export const availableDescriptors = (limit: number, acceptors: number): number => {
  const { own, most } = descriptorNeeds(acceptors);
  return Math.max(PER_CONNECTION, Math.min(limit, most) - own);
};
