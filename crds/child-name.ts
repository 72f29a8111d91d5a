import { hash } from 'node:crypto';
import { CHILD_PREFIX } from './resource-type.ts';

/** Limit of a DNS label, which applies to the name of a Service and to the value of a label. */
const LONGEST = 63;
const HASH_LENGTH = 8;

/** What the name of a child ends in that differs from the others': the Service for UDP, the ticket keys. */
export type ChildSuffix = '-udp' | '-tickets';

/**
 * Name of every child of the resource of this name. The prefix keeps children apart from what they balance:
 * an L4Balancer `web` often stands in front of a Service `web`.
 */
export const childName = (balancer: string, suffix: ChildSuffix | '' = ''): string =>
  shortened(`${CHILD_PREFIX}${balancer}${suffix}`);

/** The name as the value of a label: unchanged wherever it fits. */
export const instanceLabel = (balancer: string): string => shortened(balancer);

/**
 * A name that is too long is truncated and ends in a hash of the whole, so that two long names stay distinct.
 */
const shortened = (name: string): string =>
  name.length <= LONGEST
    ? name
    : `${name.slice(0, LONGEST - HASH_LENGTH - 1).replace(/[-.]+$/, '')}-${hash('sha256', name).slice(0, HASH_LENGTH)}`;
