import { hash } from 'node:crypto';
import { CHILD_PREFIX } from '../../crds/l4balancer.ts';

/** Of a DNS label: what a Service, and the value of a label, may have. */
const LONGEST = 63;
const HASH_LENGTH = 8;

/**
 * Name of every child of the resource of this name. The prefix keeps them apart from what they balance: an L4Balancer `web`
 * often stands in front of a Service `web`.
 */
export const childName = (balancer: string): string => shortened(`${CHILD_PREFIX}${balancer}`);

/** The name as the value of a label: itself wherever it fits. */
export const instanceLabel = (balancer: string): string => shortened(balancer);

/** Too long a name is cut and ends in a hash of the whole, so that two long names stay two. */
const shortened = (name: string): string =>
  name.length <= LONGEST
    ? name
    : `${name.slice(0, LONGEST - HASH_LENGTH - 1).replace(/[-.]+$/, '')}-${hash('sha256', name).slice(0, HASH_LENGTH)}`;
