import type { DescriptorNeeds } from '../engine/kind.ts';
import { MAX_DESCRIPTORS } from './acceptor/shared-memory.ts';

/**
 * An acceptor's thread holds 5 (measured), its epoll set and its eventfd one each; and acceptors that look at
 * the same time may each take a connection too many, which is two.
 */
const FOR_ACCEPTOR = 9;
/** Each acceptor has a listening socket of its own, and may have a client's to hand over. */
const LEAST_OF_ACCEPTOR = 2;
export const FOR_CONNECTION = 2;

/** What so many acceptors need. The owner table has no place for descriptors beyond its size. */
export const descriptorNeeds = (acceptors: number): DescriptorNeeds => ({
  own: FOR_ACCEPTOR * acceptors,
  least: LEAST_OF_ACCEPTOR * acceptors + FOR_CONNECTION,
  most: MAX_DESCRIPTORS,
});

/** What listening sockets and connections may have where nobody else in the process needs any. */
export const allButOwn = (limit: number, acceptors: number): number => {
  const { own, most } = descriptorNeeds(acceptors);
  return Math.max(FOR_CONNECTION, Math.min(limit, most) - own);
};
